import { countryCodeIn, flagIn, numberIn, type JsonRecord } from '../../../common/json/json-fields.js';
import { FRAUD_SCORE_SOURCE, fraudScoreOf, publicProxyFact, suspicionFact, type Suspicion } from '../fraud-score.js';
import { NO_FACTS, type Facts, type IpIntelligence, type IpLocation, type IpNetwork } from '../ip-intelligence.js';
import { statement } from '../statement.js';
import { knownTextIn } from './ipqualityscore.response.js';

const LARGEST_ASN = 0xffffffff;

/** IPQualityScore's answer as intelligence. */
export function toIntelligence(providerId: string, body: JsonRecord): IpIntelligence {
  return {
    providerId,
    facts: factsOf(body),
    location: locationOf(body),
    network: networkOf(body),
    score: fraudScoreOf(numberIn(body, 'fraud_score', 0, 100)),
    source: FRAUD_SCORE_SOURCE,
  };
}

function factsOf(body: JsonRecord): Facts {
  const connection = knownTextIn(body, 'connection_type')?.toLowerCase();
  const [vpn, tor] = [suspicionIn(body, 'vpn'), suspicionIn(body, 'tor')];
  return {
    ...NO_FACTS,
    isTorExitNode: suspicionFact(tor, 'tor'),
    isAnonymousVpn: suspicionFact(vpn, 'vpn'),
    isPublicProxy: publicProxyFact(flagIn(body, 'proxy'), vpn, tor),
    isHostingProvider: statement(isHosting(connection), 'connection_type'),
    // Its `mobile` is about the user agent, which it is never sent.
    isMobile: statement(connection === 'mobile' || undefined, 'connection_type'),
    isKnownCrawler: statement(flagIn(body, 'is_crawler'), 'is_crawler'),
    isAbusive: statement(flagIn(body, 'recent_abuse'), 'recent_abuse'),
    isBot: statement(flagIn(body, 'bot_status'), 'bot_status'),
  };
}

function suspicionIn(body: JsonRecord, name: string): Suspicion {
  return { isSuspected: flagIn(body, name), isActive: flagIn(body, `active_${name}`) };
}

/** Companies and schools may be either. */
function isHosting(connection: string | undefined): boolean | undefined {
  if (connection === 'data center') return true;
  return connection === 'residential' || connection === 'mobile' ? false : undefined;
}

function locationOf(body: JsonRecord): IpLocation {
  const latitude = numberIn(body, 'latitude', -90, 90);
  const longitude = numberIn(body, 'longitude', -180, 180);
  const isPoint = latitude !== undefined && longitude !== undefined;
  const timeZone = knownTextIn(body, 'timezone');
  return {
    countryCode: countryCodeIn(body, 'country_code'),
    region: knownTextIn(body, 'region'),
    city: knownTextIn(body, 'city'),
    postalCode: knownTextIn(body, 'zip_code'),
    latitude: isPoint ? latitude : undefined,
    longitude: isPoint ? longitude : undefined,
    accuracyRadiusKm: undefined,
    // Seen as "America Matamoros" too, which no calendar knows.
    timeZone: timeZone?.includes(' ') === true ? undefined : timeZone,
  };
}

function networkOf(body: JsonRecord): IpNetwork {
  const asn = numberIn(body, 'ASN', 1, LARGEST_ASN);
  return {
    asn: Number.isInteger(asn) ? asn : undefined,
    organization: knownTextIn(body, 'organization'),
    isp: knownTextIn(body, 'ISP'),
  };
}
