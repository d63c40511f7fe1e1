import { countryCodeIn, flagIn, numberIn, type JsonRecord } from '../../../common/json/json-fields.js';
import {
  NO_FACTS,
  type Fact,
  type Facts,
  type IpIntelligence,
  type IpLocation,
  type IpNetwork,
} from '../ip-intelligence.js';
import type { ProviderScore } from '../provider-score.js';
import { statement } from '../statement.js';
import { knownTextIn } from './ipqualityscore.response.js';
import { IPQUALITYSCORE_SCORECARD } from './ipqualityscore.scorecard.js';

/** Of what is suspected, or was there, and is not seen to answer now. */
const CONFIDENCE_OF_SUSPICION = 0.6;
const LARGEST_ASN = 0xffffffff;

/** IPQualityScore's answer as intelligence. */
export function toIntelligence(providerId: string, body: JsonRecord): IpIntelligence {
  return {
    providerId,
    facts: factsOf(body),
    location: locationOf(body),
    network: networkOf(body),
    score: scoreOf(body),
    // Beltic resells this score; both together are one voice.
    source: 'ipqualityscore',
  };
}

function factsOf(body: JsonRecord): Facts {
  const connection = knownTextIn(body, 'connection_type')?.toLowerCase();
  return {
    ...NO_FACTS,
    isTorExitNode: anonymizerOf(body, 'tor', 'active_tor'),
    isAnonymousVpn: anonymizerOf(body, 'vpn', 'active_vpn'),
    isPublicProxy: statement(isPublicProxy(body), 'proxy'),
    isHostingProvider: statement(isHosting(connection), 'connection_type'),
    // Its `mobile` is about the user agent, which it is never sent.
    isMobile: statement(connection === 'mobile' || undefined, 'connection_type'),
    isKnownCrawler: statement(flagIn(body, 'is_crawler'), 'is_crawler'),
    isAbusive: statement(flagIn(body, 'recent_abuse'), 'recent_abuse'),
    isBot: statement(flagIn(body, 'bot_status'), 'bot_status'),
  };
}

/** `tor` and `vpn` are suspicion or history, `active_…` is a service that answers now. */
function anonymizerOf(body: JsonRecord, suspectedName: string, activeName: string): Fact | undefined {
  if (flagIn(body, activeName) === true) return statement(true, activeName);
  return statement(flagIn(body, suspectedName), suspectedName, { confidence: CONFIDENCE_OF_SUSPICION });
}

/** `proxy` is true of every anonymiser: it means a proxy only where a VPN and Tor are ruled out. */
function isPublicProxy(body: JsonRecord): boolean | undefined {
  const isAnonymizer = flagIn(body, 'proxy');
  if (isAnonymizer !== true) return isAnonymizer;
  const isNeither = flagIn(body, 'vpn') === false && flagIn(body, 'tor') === false;
  const isActive = flagIn(body, 'active_vpn') === true || flagIn(body, 'active_tor') === true;
  return isNeither && !isActive ? true : undefined;
}

/** Companies and schools may be either. */
function isHosting(connection: string | undefined): boolean | undefined {
  if (connection === 'data center') return true;
  return connection === 'residential' || connection === 'mobile' ? false : undefined;
}

function scoreOf(body: JsonRecord): ProviderScore | undefined {
  const fraudScore = numberIn(body, 'fraud_score', 0, 100);
  if (fraudScore === undefined) return undefined;
  const row = { code: 'FRAUD_SCORE', points: Math.floor(fraudScore), detail: `fraud_score ${fraudScore}` };
  return { card: IPQUALITYSCORE_SCORECARD, rows: [row] };
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
