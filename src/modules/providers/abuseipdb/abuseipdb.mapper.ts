import { countryCodeIn, dayIn, flagIn, numberIn, textIn, type JsonRecord } from '../../../common/json/json-fields.js';
import { NO_FACTS, type Fact, type Facts, type IpIntelligence } from '../ip-intelligence.js';
import type { ProviderScore } from '../provider-score.js';
import { statement } from '../statement.js';
import { ABUSEIPDB_SCORECARD, REPORTED_FROM } from './abuseipdb.scorecard.js';

/** AbuseIPDB's `data` as intelligence. */
export function toIntelligence(providerId: string, data: JsonRecord): IpIntelligence {
  const countryCode = countryCodeIn(data, 'countryCode');
  const isp = textIn(data, 'isp');
  // It names no organisation; the domain is what it knows the holder by.
  const organization = textIn(data, 'domain');
  return {
    providerId,
    facts: factsOf(data),
    location: countryCode === undefined ? undefined : { ...NO_LOCATION, countryCode },
    network: isp === undefined && organization === undefined ? undefined : { asn: undefined, organization, isp },
    score: scoreOf(data),
  };
}

const NO_LOCATION = {
  region: undefined,
  city: undefined,
  postalCode: undefined,
  latitude: undefined,
  longitude: undefined,
  accuracyRadiusKm: undefined,
  timeZone: undefined,
};

function factsOf(data: JsonRecord): Facts {
  const usage = textIn(data, 'usageType')?.toLowerCase();
  return {
    ...NO_FACTS,
    isTorExitNode: statement(flagIn(data, 'isTor'), 'isTor'),
    isHostingProvider: statement(isHosting(usage), 'usageType'),
    isKnownCrawler: statement(usage === 'search engine spider' || undefined, 'usageType'),
    isMobile: statement(usage === 'mobile isp' || undefined, 'usageType'),
    isAbusive: abuseOf(data),
  };
}

/** Companies, schools and content networks may be either. */
function isHosting(usage: string | undefined): boolean | undefined {
  if (usage === 'data center/web hosting/transit') return true;
  return usage === 'fixed line isp' || usage === 'mobile isp' ? false : undefined;
}

function abuseOf(data: JsonRecord): Fact | undefined {
  if (isWhitelisted(data)) return statement(false, 'isWhitelisted');
  const confidence = confidenceIn(data);
  if (confidence === undefined) return undefined;
  const isReported = confidence >= REPORTED_FROM ? true : confidence === 0 ? false : undefined;
  return statement(isReported, 'abuseConfidenceScore', {
    confidence: confidence / 100,
    lastSeen: dayIn(data, 'lastReportedAt'),
  });
}

function scoreOf(data: JsonRecord): ProviderScore | undefined {
  const confidence = confidenceIn(data);
  if (confidence === undefined) return undefined;
  const row = isWhitelisted(data)
    ? { points: 0, detail: `abuseConfidenceScore ${confidence}, but whitelisted` }
    : { points: Math.floor(confidence), detail: `abuseConfidenceScore ${confidence}` };
  return { card: ABUSEIPDB_SCORECARD, rows: [{ code: 'ABUSE_CONFIDENCE', ...row }] };
}

/** AbuseIPDB vouches for the network, a search engine's for instance; reports on it are mistakes. */
function isWhitelisted(data: JsonRecord): boolean {
  return flagIn(data, 'isWhitelisted') === true;
}

function confidenceIn(data: JsonRecord): number | undefined {
  return numberIn(data, 'abuseConfidenceScore', 0, 100);
}
