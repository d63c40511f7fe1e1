import {
  countryCodeIn,
  flagIn,
  numberIn,
  objectIn,
  recordOf,
  textIn,
  type JsonRecord,
} from '../../../common/json/json-fields.js';
import type { Suspicion } from '../fraud-score.js';

/** What is read of Beltic's answer. `network.mobile` is about the browser and the point belongs to another city. */
export interface BelticRecord {
  /** 0-100. */
  readonly fraudScore: number | undefined;
  readonly hasRecentAbuse: boolean | undefined;
  readonly isProxy: boolean | undefined;
  readonly vpn: Suspicion;
  readonly tor: Suspicion;
  readonly isCrawler: boolean | undefined;
  readonly isBot: boolean | undefined;
  readonly asn: number | undefined;
  readonly isp: string | undefined;
  readonly organization: string | undefined;
  readonly timeZone: string | undefined;
  readonly countryCode: string | undefined;
  readonly region: string | undefined;
  readonly city: string | undefined;
  readonly postalCode: string | undefined;
}

/** Reads Beltic's answer; what is missing or of another type is `undefined`. */
export function belticRecordIn(body: unknown): BelticRecord {
  const record = recordOf(body);
  const risk = objectIn(record, 'risk');
  const network = objectIn(record, 'network');
  const anonymity = objectIn(record, 'anonymity');
  const bot = objectIn(record, 'bot');
  const address = objectIn(record, 'address');
  const asn = numberIn(network, 'asn', 1, 0xffffffff);
  return {
    fraudScore: numberIn(risk, 'fraud_score', 0, 100),
    hasRecentAbuse: flagIn(risk, 'recent_abuse'),
    isProxy: flagIn(anonymity, 'proxy'),
    vpn: suspicionIn(anonymity, 'vpn'),
    tor: suspicionIn(anonymity, 'tor'),
    isCrawler: flagIn(bot, 'is_crawler'),
    isBot: flagIn(bot, 'bot_status'),
    asn: Number.isInteger(asn) ? asn : undefined,
    isp: textIn(network, 'isp'),
    organization: textIn(network, 'organization'),
    timeZone: textIn(network, 'timezone'),
    countryCode: countryCodeIn(address, 'country'),
    region: textIn(address, 'state_or_province'),
    city: textIn(address, 'city'),
    postalCode: textIn(address, 'postal_code'),
  };
}

function suspicionIn(anonymity: JsonRecord | undefined, name: string): Suspicion {
  return { isSuspected: flagIn(anonymity, name), isActive: flagIn(anonymity, `active_${name}`) };
}
