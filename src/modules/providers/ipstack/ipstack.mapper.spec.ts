import type { JsonRecord } from '../../../common/json/json-fields.js';
import { NO_FACTS, type Fact, type FactName } from '../ip-intelligence.js';
import { toIpIntelligence } from './ipstack.mapper.js';
import { IPSTACK_SCORECARD } from './ipstack.scorecard.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const DAY = '2025-12-30';

const no = (evidence: string): Fact => ({ value: false, confidence: 0.5, evidence, lastSeen: undefined });
const yes = (evidence: string, confidence = 1, lastSeen?: string): Fact => ({
  value: true,
  confidence,
  evidence,
  lastSeen,
});

const factsOf = (security: JsonRecord, more: JsonRecord = {}) =>
  toIpIntelligence({ ip: '8.8.8.8', ...more, security }, 'ipstack', NOW).facts;

/** As captured in August 2025. */
const CAPTURED = {
  ip: '117.31.78.74',
  type: 'ipv4',
  country_code: 'CN',
  country_name: 'China',
  region_code: 'FJ',
  region_name: 'Fujian',
  city: 'Zhangzhou',
  zip: '363000',
  latitude: 24.5097198486328,
  longitude: 117.655281066895,
  radius: '143.37405',
  ip_routing_type: 'fixed',
  connection_type: 'tx',
  time_zone: { id: 'Asia/Shanghai', gmt_offset: 28800 },
  connection: { asn: 4134, isp: 'Chinanet', sld: '163data', tld: 'com.cn', carrier: 'chinanet', home: true },
  security: {
    is_proxy: false,
    proxy_type: null,
    is_crawler: false,
    crawler_name: null,
    crawler_type: null,
    is_tor: false,
    threat_level: 'low',
    threat_types: null,
    proxy_last_detected: null,
    proxy_level: null,
    vpn_service: null,
    anonymizer_status: null,
    hosting_facility: false,
  },
};

describe("IPstack's record", () => {
  it('reads a captured body field by field', () => {
    expect(toIpIntelligence(CAPTURED, 'ipstack', NOW)).toEqual({
      providerId: 'ipstack',
      facts: {
        ...NO_FACTS,
        isTorExitNode: no('is_tor'),
        isAnonymousVpn: no('is_proxy'),
        isPublicProxy: no('is_proxy'),
        isHostingProvider: no('hosting_facility'),
        isKnownCrawler: no('is_crawler'),
      },
      location: {
        countryCode: 'CN',
        region: 'Fujian',
        city: 'Zhangzhou',
        postalCode: '363000',
        latitude: 24.5097198486328,
        longitude: 117.655281066895,
        accuracyRadiusKm: undefined,
        timeZone: 'Asia/Shanghai',
      },
      network: { asn: 4134, organization: 'chinanet', isp: 'Chinanet' },
      score: {
        card: IPSTACK_SCORECARD,
        rows: [{ code: 'THREAT_LEVEL_LOW', points: 5, detail: 'threat_level low' }],
      },
    });
  });

  it.each<[string, JsonRecord, Partial<Record<FactName, Fact>>]>([
    ['Tor by its flag', { is_tor: true, is_proxy: true }, { isTorExitNode: yes('is_tor') }],
    ['Tor by its type', { is_proxy: true, proxy_type: 'TOR' }, { isTorExitNode: yes('proxy_type') }],
    ['a VPN of the old vocabulary', { is_proxy: true, proxy_type: 'vpn' }, { isAnonymousVpn: yes('proxy_type') }],
    ['a VPN of the new vocabulary', { is_proxy: true, proxy_type: 'service' }, { isAnonymousVpn: yes('proxy_type') }],
    ['a VPN by its name', { is_proxy: true, vpn_service: 'Mullvad' }, { isAnonymousVpn: yes('vpn_service') }],
    ['a proxy of a known type', { is_proxy: true, proxy_type: 'socks' }, { isPublicProxy: yes('is_proxy') }],
    ['a proxy of an unknown type', { is_proxy: true, proxy_type: 'quic' }, { isPublicProxy: yes('is_proxy') }],
    ['a type without the flag', { is_proxy: null, proxy_type: 'web' }, { isPublicProxy: yes('proxy_type') }],
    ['no proxy', { is_proxy: false }, { isPublicProxy: no('is_proxy'), isAnonymousVpn: no('is_proxy') }],
    [
      'a relay',
      { is_proxy: true, proxy_type: 'service', vpn_service: 'iCloud Private Relay' },
      { isRelay: yes('vpn_service'), isAnonymousVpn: no('vpn_service') },
    ],
    ['hosting', { hosting_facility: true }, { isHostingProvider: yes('hosting_facility') }],
    [
      'a known crawler',
      { is_crawler: true, crawler_type: 'search_engine_bot' },
      { isKnownCrawler: yes('crawler_type') },
    ],
    ['a crawler of another kind', { is_crawler: true, crawler_type: 'web_scraper' }, { isBot: yes('is_crawler') }],
    ['a crawler of no kind', { is_crawler: true, crawler_type: null }, { isBot: yes('is_crawler') }],
    [
      'a fake crawler',
      { is_crawler: true, crawler_type: 'search_engine_bot', threat_types: ['fake_crawler'] },
      { isKnownCrawler: no('threat_types'), isBot: yes('threat_types') },
    ],
    ['an attacker', { threat_types: ['attack_source_mail'] }, { isAbusive: yes('threat_types') }],
    ['a high threat without a word why', { threat_level: 'high' }, { isAbusive: yes('threat_level', 0.5) }],
    ['a medium threat', { threat_level: 'medium' }, {}],
    ['nulls', { is_proxy: null, is_tor: null, is_crawler: null, hosting_facility: null }, {}],
    ['words instead of flags', { is_proxy: 'true', is_tor: 'false', is_crawler: 1, hosting_facility: 'yes' }, {}],
  ])('states %s and nothing else', (_, security, expected) => {
    expect(factsOf(security)).toEqual({ ...NO_FACTS, ...expected });
  });

  it.each([
    ['Active', 1],
    ['private', 0.8],
    ['suspect', 0.5],
    ['inactive', 0.4],
    ['constructor', 1],
  ])('is as sure of a proxy, VPN or relay as its status %s: %d', (status, confidence) => {
    const sighting = { is_proxy: true, anonymizer_status: status, proxy_last_detected: DAY };
    expect(factsOf(sighting).isPublicProxy).toEqual(yes('is_proxy', confidence, DAY));
    expect(factsOf({ ...sighting, proxy_type: 'vpn' }).isAnonymousVpn).toEqual(yes('proxy_type', confidence, DAY));
    expect(factsOf({ ...sighting, vpn_service: 'WARP' }).isRelay).toEqual(yes('vpn_service', confidence, DAY));
  });

  it('is sure of Tor where IPstack says so, whatever the status', () => {
    const tor = { is_tor: true, anonymizer_status: 'inactive', proxy_last_detected: '12/30/25' };
    expect(factsOf(tor).isTorExitNode).toEqual(yes('is_tor', 1, DAY));
  });

  it.each([
    [{ ip_routing_type: 'mobile gateway' }, { isMobile: yes('ip_routing_type') }],
    [{ connection_type: 'Mobile Wireless' }, { isMobile: yes('connection_type') }],
    [{ ip_routing_type: 'satellite' }, { isSatellite: yes('ip_routing_type') }],
    [{ connection_type: 'consumer satellite' }, { isSatellite: yes('connection_type') }],
    [{ ip_routing_type: 'fixed', connection_type: 'automobile' }, {}],
    [{ ip_routing_type: 7, connection_type: null }, {}],
  ])('reads the line %j', (fields, expected) => {
    expect(factsOf({}, fields)).toEqual({ ...NO_FACTS, ...expected });
  });

  it.each([[undefined], [null], ['security'], [[]], [{}], [{ is_proxy: null, proxy_level: 'legendary' }]])(
    'has neither score nor facts for the module %j, and keeps location and network',
    (security) => {
      const answer = toIpIntelligence({ ...CAPTURED, security }, 'ipstack', NOW);
      expect(answer.score).toBeUndefined();
      expect(answer.facts).toEqual(NO_FACTS);
      expect(answer.location?.city).toBe('Zhangzhou');
      expect(answer.network?.asn).toBe(4134);
    },
  );

  it('does not believe half a point, points off the globe or numbers that are none', () => {
    const locationOf = (more: JsonRecord) => toIpIntelligence({ ...CAPTURED, ...more }, 'ipstack', NOW).location;
    for (const more of [{ longitude: null }, { latitude: 91 }, { latitude: 'NaN' }, { longitude: 1e999 }]) {
      expect(locationOf(more)).toMatchObject({ latitude: undefined, longitude: undefined });
    }
    expect(locationOf({ country_code: 'China' })?.countryCode).toBeUndefined();
    const connection = { asn: 12.5, isp: 7 };
    expect(toIpIntelligence({ connection }, 'ipstack', NOW).network).toMatchObject({ asn: undefined, isp: undefined });
  });
});
