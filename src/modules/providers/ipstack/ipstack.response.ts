import { failureOfStatus, retryAfterOf, type FailureReader } from '../../../common/http/vendor-answer.js';
import type { ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import {
  dayIn,
  fieldOf,
  flagIn,
  numberOrTextIn,
  objectIn,
  recordOf,
  textIn,
  textsIn,
  type JsonRecord,
} from '../../../common/json/json-fields.js';

/** IPstack's `security` module. Both generations of its vocabulary are one here; a word of neither is `undefined`. */
export interface IpstackSecurity {
  readonly isProxy: boolean | undefined;
  readonly isTor: boolean | undefined;
  readonly isCrawler: boolean | undefined;
  readonly isHosting: boolean | undefined;
  readonly proxyKind: 'tor' | 'vpn' | 'open' | undefined;
  readonly crawlerKind: 'benign' | 'suspicious' | undefined;
  readonly proxyLevel: (typeof PROXY_LEVELS)[number] | undefined;
  readonly threatLevel: (typeof THREAT_LEVELS)[number] | undefined;
  /** All of them, joined, in lower case. */
  readonly threatTypes: string | undefined;
  readonly anonymizerStatus: (typeof ANONYMIZER_STATUSES)[number] | undefined;
  /** ISO 8601 day. */
  readonly lastDetected: string | undefined;
  readonly vpnService: 'vpn' | 'relay' | undefined;
}

const PROXY_LEVELS = ['elite', 'anonymous', 'distorting', 'transparent'] as const;
const THREAT_LEVELS = ['high', 'medium', 'low'] as const;
const ANONYMIZER_STATUSES = ['active', 'suspect', 'inactive', 'private'] as const;

const PROXY_KINDS = new Map<string | undefined, IpstackSecurity['proxyKind']>([
  ['tor', 'tor'],
  ['vpn', 'vpn'],
  ['service', 'vpn'],
  ['privacy', 'vpn'],
  ['http', 'open'],
  ['socks', 'open'],
  ['socks_http', 'open'],
  ['web', 'open'],
  ['cgi', 'open'],
]);

const CRAWLER_KINDS = new Map<string | undefined, IpstackSecurity['crawlerKind']>([
  ['search_engine_bot', 'benign'],
  ['site_monitor', 'benign'],
  ['feed_fetcher', 'benign'],
  ['link_checker', 'benign'],
  ['screenshot_creator', 'benign'],
  ['speed_tester', 'benign'],
  ['virus_scanner', 'benign'],
  ['wearable_computer', 'benign'],
  ['vulnerability_scanner', 'suspicious'],
  ['web_scraper', 'suspicious'],
  ['malicious', 'suspicious'],
  ['unrecognized', 'suspicious'],
  ['unknown', 'suspicious'],
]);

const TOO_MANY = 429;

const ERROR_CODES = new Map<number | undefined, ProviderErrorCode>([
  [101, 'PROVIDER_UNAUTHORIZED'],
  [102, 'PROVIDER_UNAUTHORIZED'],
  [103, 'PROVIDER_UNAUTHORIZED'],
  [104, 'PROVIDER_QUOTA'],
  [105, 'PROVIDER_UNAUTHORIZED'],
  [106, 'PROVIDER_BAD_INPUT'],
  [301, 'PROVIDER_UNAUTHORIZED'],
  [302, 'PROVIDER_BAD_RESPONSE'],
  [303, 'PROVIDER_UNAUTHORIZED'],
  [403, 'PROVIDER_UNAUTHORIZED'],
  [404, 'PROVIDER_UNAUTHORIZED'],
  [TOO_MANY, 'PROVIDER_QUOTA'],
]);

/** Any of these, null included, tells an IPstack record from any other JSON. */
const FIELDS = ['type', 'country_code', 'region_name', 'city', 'latitude', 'location', 'connection', 'security'];

/** IPstack says in the body that it failed, mostly under HTTP 200. Only the number counts: the names have changed. */
export const ipstackFailure: FailureReader = (answer) => {
  if (!isFailure(answer.body)) return undefined;
  const number = errorNumberIn(answer.body);
  // The status tells the two meanings of 429 apart: too many in a second, which passes, from a month that is spent.
  const isBurst = number === TOO_MANY && answer.status === TOO_MANY;
  const code = isBurst ? undefined : ERROR_CODES.get(number);
  if (code === undefined) return failureOfStatus(answer) ?? { code: 'PROVIDER_BAD_RESPONSE' };
  return number === TOO_MANY ? { code, retryAfterMs: retryAfterOf(answer) } : { code };
};

/** True when the plan has no lookups of many addresses. */
export function isBulkRefusal(body: unknown): boolean {
  return isFailure(body) && errorNumberIn(body) === 303;
}

/** The record, if it is one and about this address. */
export function recordAbout(address: IpAddress, body: unknown): JsonRecord | undefined {
  const record = recordOf(body);
  if (parseIpAddress(textIn(record, 'ip') ?? '')?.text !== address.text) return undefined;
  return FIELDS.some((name) => fieldOf(record, name) !== undefined) ? record : undefined;
}

/** `undefined` without the module, or when it states nothing. */
export function securityIn(record: JsonRecord): IpstackSecurity | undefined {
  const fields = objectIn(record, 'security');
  const security: IpstackSecurity = {
    isProxy: flagIn(fields, 'is_proxy'),
    isTor: flagIn(fields, 'is_tor'),
    isCrawler: flagIn(fields, 'is_crawler'),
    isHosting: flagIn(fields, 'hosting_facility'),
    proxyKind: PROXY_KINDS.get(wordIn(fields, 'proxy_type')?.replace(/_proxy$/, '')),
    crawlerKind: CRAWLER_KINDS.get(wordIn(fields, 'crawler_type')),
    proxyLevel: knownWordIn(fields, 'proxy_level', PROXY_LEVELS),
    threatLevel: knownWordIn(fields, 'threat_level', THREAT_LEVELS),
    threatTypes: textsIn(fields, 'threat_types')?.toLowerCase(),
    anonymizerStatus: knownWordIn(fields, 'anonymizer_status', ANONYMIZER_STATUSES),
    lastDetected: lastDetectedIn(fields),
    vpnService: vpnServiceIn(fields),
  };
  return Object.values(security).some((value) => value !== undefined) ? security : undefined;
}

/** A crawler that says who it is and is no cause for worry. */
export function isKnownCrawler({ isCrawler, crawlerKind, threatTypes = '' }: IpstackSecurity): boolean {
  return isCrawler === true && crawlerKind === 'benign' && !threatTypes.includes('fake_crawler');
}

/** A word of a vocabulary: `socks_http` for "SOCKS HTTP". */
export function wordIn(record: JsonRecord | undefined, name: string): string | undefined {
  return textIn(record, name)
    ?.toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}

function isFailure(body: unknown): boolean {
  const record = recordOf(body);
  return fieldOf(record, 'success') === false || objectIn(record, 'error') !== undefined;
}

function errorNumberIn(body: unknown): number | undefined {
  return numberOrTextIn(objectIn(recordOf(body), 'error'), 'code');
}

/** No sample of this field is known: beside ISO days it is read as 2/9/21 and 2/9/2021, month first. */
function lastDetectedIn(fields: JsonRecord | undefined): string | undefined {
  const text = textIn(fields, 'proxy_last_detected') ?? '';
  const [, month, day, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})(?=$|\s)/.exec(text) ?? [];
  if (month === undefined || day === undefined || year === undefined) return dayIn(fields, 'proxy_last_detected');
  const iso = [year.padStart(4, '20'), month.padStart(2, '0'), day.padStart(2, '0')].join('-');
  return dayIn({ iso }, 'iso');
}

function vpnServiceIn(fields: JsonRecord | undefined): IpstackSecurity['vpnService'] {
  const name = textIn(fields, 'vpn_service')?.toLowerCase();
  if (name === undefined || /^(unknown|none|no|null|false|n\/a|-+)$/.test(name)) return undefined;
  return /(?<![a-z])(icloud|apple|private[ _-]?relay|warp)(?![a-z])/.test(name) ? 'relay' : 'vpn';
}

function knownWordIn<Word extends string>(
  fields: JsonRecord | undefined,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const word = wordIn(fields, name);
  return words.find((known) => known === word);
}
