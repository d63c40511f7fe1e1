import type { ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';
import {
  failureOfStatus,
  retryAfterOf,
  secondsIn,
  wholeNumberIn,
  type VendorAnswer,
  type VendorFailure,
} from '../../../common/http/vendor-answer.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { fieldOf, numberIn, objectIn, recordOf, textIn, type JsonRecord } from '../../../common/json/json-fields.js';
import type { VendorQuota } from '../ip-intelligence-provider.js';

/** Each knows a part of an address and costs one credit. */
export const ENDPOINTS = ['vpndetector', 'tordetect', 'ipblacklistlookup', 'iplookup'] as const;

export type Endpoint = (typeof ENDPOINTS)[number];

/** The data of the endpoints that answered, under folded names. */
export type EndpointData = Readonly<Partial<Record<Endpoint, JsonRecord>>>;

const MINUTE_MS = 60_000;
const MOST_WAIT_MS = 3_600_000;

/** Why an answer is none: by its words where it has some, because 429 means a burst or a spent quota. */
export function apiverveFailure(answer: VendorAnswer, now: number): VendorFailure | undefined {
  const record = recordOf(answer.body);
  const isHttpFailure = failureOfStatus(answer) !== undefined;
  const isError = textIn(record, 'status')?.toLowerCase() === 'error';
  if (!isHttpFailure && !isError) return undefined;
  const words = `${textIn(record, 'error') ?? ''} ${textIn(record, 'message') ?? ''}`;
  const code = codeOfWords(words) ?? codeOfHeaders(answer);
  if (code === 'PROVIDER_RATE_LIMITED') return { code, retryAfterMs: burstEndsAfterMs(answer) };
  if (code === 'PROVIDER_QUOTA') return { code, retryAfterMs: retryAfterOf(answer) ?? renewalAfterMs(answer, now) };
  if (code !== undefined || isHttpFailure) return code === undefined ? undefined : { code };
  // HTTP 200 around an error: the envelope may carry the status.
  const status = numberIn(record, 'code', 400, 599);
  const byCode = status === undefined ? undefined : failureOfStatus({ ...answer, status });
  return byCode ?? { code: 'PROVIDER_BAD_RESPONSE' };
}

/** The data of one answer about that address; `undefined` when it is none or is about another address. */
export function endpointData(body: unknown, address: IpAddress): JsonRecord | undefined {
  const data = objectIn(recordOf(body), 'data');
  if (data === undefined) return undefined;
  const folded = foldedNames(data);
  return isAbout(folded, address) && isAbout(detailsIn(folded), address) ? folded : undefined;
}

/** The location inside an answer about something else. */
export function detailsIn(data: JsonRecord | undefined): JsonRecord | undefined {
  const details = objectIn(data, 'ipdetails');
  return details === undefined ? undefined : foldedNames(details);
}

/** What an answer says is left of the credits. */
export function quotaIn(answer: VendorAnswer, now: number): VendorQuota | undefined {
  const remaining = wholeNumberIn(answer.header('x-api-remaining-tokens'));
  if (remaining === undefined) return undefined;
  const resetAfterMs = renewalAfterMs(answer, now);
  return resetAfterMs === undefined ? { remaining } : { remaining, resetAfterMs };
}

/** Some endpoints write `is_vpn`, others `isTor`, SDKs `isVPN`: case and underscores are all the difference. */
function foldedNames(record: JsonRecord): JsonRecord {
  const folded = new Map<string, unknown>();
  for (const [name, value] of Object.entries(record)) {
    const key = name.replaceAll('_', '').toLowerCase();
    folded.set(key, folded.get(key) ?? value);
  }
  return Object.fromEntries(folded);
}

function isAbout(data: JsonRecord | undefined, address: IpAddress): boolean {
  return ['ip', 'ipaddress'].every((name) => {
    if ((fieldOf(data, name) ?? undefined) === undefined) return true;
    return parseIpAddress(textIn(data, name) ?? '')?.text === address.text;
  });
}

function codeOfWords(words: string): ProviderErrorCode | undefined {
  if (/rate limit|requests per minute|too many requests/i.test(words)) return 'PROVIDER_RATE_LIMITED';
  if (/\b(credits?|quota)\b/i.test(words) && /deplet|exhaust|exceed|insufficient|not enough/i.test(words)) {
    return 'PROVIDER_QUOTA';
  }
  return /api key|unauthori[sz]ed/i.test(words) ? 'PROVIDER_UNAUTHORIZED' : undefined;
}

function codeOfHeaders({ status, header }: VendorAnswer): ProviderErrorCode | undefined {
  if (status === 402) return 'PROVIDER_QUOTA';
  if (status !== 429) return undefined;
  return wholeNumberIn(header('x-api-remaining-tokens')) === 0 ? 'PROVIDER_QUOTA' : 'PROVIDER_RATE_LIMITED';
}

/** A limit by the minute is over within one, also where the vendor does not say when; a time of day is no wait. */
function burstEndsAfterMs(answer: VendorAnswer): number {
  const waitMs = secondsIn(answer.header('x-rate-limit-reset')) ?? retryAfterOf(answer);
  return waitMs === undefined || waitMs > MOST_WAIT_MS ? MINUTE_MS : waitMs;
}

/** Milliseconds until the credits are renewed, where the header holds a day, a point in time or seconds. */
function renewalAfterMs({ header }: VendorAnswer, now: number): number | undefined {
  const text = header('x-api-renewal')?.trim() ?? '';
  const number = wholeNumberIn(text);
  if (number !== undefined && number < 1e9) return number * 1000;
  const isDate = /^\d{4}-\d{2}-\d{2}|GMT$/.test(text);
  const at = number === undefined ? (isDate ? Date.parse(text) : NaN) : number < 1e12 ? number * 1000 : number;
  return at > now ? at - now : undefined;
}

/** A second more than the vendor's minute, which begins when the first request arrives there. */
const WINDOW_MS = 61_000;

/** How many requests may still begin in this minute, by the plan where it is known and by what the answers say. */
export class RequestAllowance {
  #left = Infinity;
  #startedAt = 0;
  #endsAt = 0;

  constructor(private readonly perMinute = Infinity) {}

  /** Takes `count` requests. @returns 0, or the milliseconds until they may begin. */
  take(count: number, now: number): number {
    // A clock that was set back must not hold everything up.
    if (now >= this.#endsAt || now < this.#startedAt) this.#begin(this.perMinute, now, WINDOW_MS);
    if (this.#left < count) return this.#endsAt - now;
    this.#left -= count;
    return 0;
  }

  /** Learns from an answer. Of parallel ones the least number counts: they arrive in any order. */
  heed({ header }: VendorAnswer, failure: VendorFailure | undefined, now: number): void {
    if (failure?.code === 'PROVIDER_RATE_LIMITED') {
      this.#begin(0, now, failure.retryAfterMs ?? MINUTE_MS);
      return;
    }
    this.#left = Math.min(this.#left, wholeNumberIn(header('x-rate-limit-remaining')) ?? Infinity);
  }

  #begin(left: number, now: number, windowMs: number): void {
    this.#left = left;
    this.#startedAt = now;
    this.#endsAt = now + windowMs;
  }
}
