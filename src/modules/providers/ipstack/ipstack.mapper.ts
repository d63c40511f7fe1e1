import { countryCodeIn, numberOrTextIn, objectIn, textIn, type JsonRecord } from '../../../common/json/json-fields.js';
import { NO_FACTS, type Fact, type Facts, type IpIntelligence, type IpLocation } from '../ip-intelligence.js';
import { statement, type StatementDetails } from '../statement.js';
import { isKnownCrawler, securityIn, wordIn, type IpstackSecurity } from './ipstack.response.js';
import { ipstackScore, namesAbuse } from './ipstack.scorecard.js';

/** How sure an anonymiser is that tested positive lately, perhaps, no more, or cannot be tested. */
const STATUS_CONFIDENCE = new Map<IpstackSecurity['anonymizerStatus'], number>([
  ['active', 1],
  ['private', 0.8],
  ['suspect', 0.5],
  ['inactive', 0.4],
]);

/** "High" without a word on why. */
const UNEXPLAINED_THREAT = 0.5;

/**
 * IPstack's record in our terms. Without the `security` module, which smaller plans lack, it has neither score nor
 * facts on anonymity. @param now milliseconds since 1970
 */
export function toIpIntelligence(record: JsonRecord, providerId: string, now: number): IpIntelligence {
  const connection = objectIn(record, 'connection');
  const asn = numberOrTextIn(connection, 'asn', 1, 0xffffffff);
  const security = securityIn(record);
  return {
    providerId,
    facts: {
      ...NO_FACTS,
      isMobile: connectionFact(record, /^mobile(_|$)/),
      isSatellite: connectionFact(record, /(^|_)satellite$/),
      ...(security === undefined ? {} : securityFacts(security)),
    },
    location: locationOf(record),
    network: {
      asn: Number.isInteger(asn) ? asn : undefined,
      // The owner of the AS number; IPstack names no other organisation.
      organization: textIn(connection, 'carrier'),
      isp: textIn(connection, 'isp'),
    },
    score: security === undefined ? undefined : ipstackScore(security, now),
  };
}

/** The unit of IPstack's `radius` is written nowhere, so that there is no accuracy. */
function locationOf(record: JsonRecord): IpLocation {
  const latitude = numberOrTextIn(record, 'latitude', -90, 90);
  const longitude = numberOrTextIn(record, 'longitude', -180, 180);
  // Half a point is no point.
  const isPoint = latitude !== undefined && longitude !== undefined;
  return {
    countryCode: countryCodeIn(record, 'country_code'),
    region: textIn(record, 'region_name'),
    city: textIn(record, 'city'),
    postalCode: textIn(record, 'zip'),
    latitude: isPoint ? latitude : undefined,
    longitude: isPoint ? longitude : undefined,
    accuracyRadiusKm: undefined,
    timeZone: textIn(objectIn(record, 'time_zone'), 'id'),
  };
}

function connectionFact(record: JsonRecord, pattern: RegExp): Fact | undefined {
  const name = ['ip_routing_type', 'connection_type'].find((field) => pattern.test(wordIn(record, field) ?? ''));
  return name === undefined ? undefined : statement(true, name);
}

function securityFacts(security: IpstackSecurity): Partial<Facts> {
  const { vpnService, anonymizerStatus, isHosting, lastDetected } = security;
  const sighting = { confidence: STATUS_CONFIDENCE.get(anonymizerStatus), lastSeen: lastDetected };
  return {
    isTorExitNode: torFact(security, sighting),
    isAnonymousVpn: vpnFact(security, sighting),
    isRelay: vpnService === 'relay' ? statement(true, 'vpn_service', sighting) : undefined,
    isPublicProxy: proxyFact(security, sighting),
    isHostingProvider: statement(isHosting, 'hosting_facility'),
    isKnownCrawler: knownCrawlerFact(security),
    isBot: botFact(security),
    isAbusive: abuseFact(security),
  };
}

function torFact({ isTor, proxyKind }: IpstackSecurity, sighting: StatementDetails): Fact | undefined {
  if (isTor !== true && proxyKind === 'tor') return statement(true, 'proxy_type', sighting);
  return statement(isTor, 'is_tor', { lastSeen: sighting.lastSeen });
}

function vpnFact({ isProxy, proxyKind, vpnService }: IpstackSecurity, sighting: StatementDetails): Fact | undefined {
  if (vpnService === 'relay') return statement(false, 'vpn_service');
  if (vpnService === 'vpn') return statement(true, 'vpn_service', sighting);
  if (proxyKind === 'vpn') return statement(true, 'proxy_type', sighting);
  // IPstack's "proxy" takes VPNs in: no proxy is no VPN, while a proxy may be one or not.
  return isProxy === false ? statement(false, 'is_proxy') : undefined;
}

function proxyFact(security: IpstackSecurity, sighting: StatementDetails): Fact | undefined {
  const { isProxy, isTor, proxyKind, vpnService } = security;
  if (isProxy === undefined && proxyKind === 'open') return statement(true, 'proxy_type', sighting);
  const isExplained = isTor === true || proxyKind === 'tor' || proxyKind === 'vpn' || vpnService !== undefined;
  return isProxy === true && isExplained ? undefined : statement(isProxy, 'is_proxy', sighting);
}

function knownCrawlerFact(security: IpstackSecurity): Fact | undefined {
  if (isKnownCrawler(security)) return statement(true, 'crawler_type');
  if (security.threatTypes?.includes('fake_crawler') === true) return statement(false, 'threat_types');
  return security.isCrawler === false ? statement(false, 'is_crawler') : undefined;
}

function botFact(security: IpstackSecurity): Fact | undefined {
  if (/fake_crawler|web_scraper/.test(security.threatTypes ?? '')) return statement(true, 'threat_types');
  return security.isCrawler === true && !isKnownCrawler(security) ? statement(true, 'is_crawler') : undefined;
}

function abuseFact(security: IpstackSecurity): Fact | undefined {
  if (namesAbuse(security)) return statement(true, 'threat_types');
  if (security.threatLevel !== 'high') return undefined;
  return statement(true, 'threat_level', { confidence: UNEXPLAINED_THREAT });
}
