import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { NO_FACTS, isIntelligence, knowsNothing } from '../ip-intelligence.js';
import { apiverveIntelligence } from './apiverve.mapper.js';
import { endpointData, type Endpoint } from './apiverve.response.js';

const TOR_EXIT = parseIpAddress('185.220.101.1') as IpAddress;
const NOWHERE = {
  countryCode: undefined,
  region: undefined,
  city: undefined,
  postalCode: undefined,
  latitude: undefined,
  longitude: undefined,
  accuracyRadiusKm: undefined,
  timeZone: undefined,
};

const read = (data: unknown) => endpointData({ status: 'ok', error: null, data }, TOR_EXIT);

/** The intelligence of endpoints whose data is given as on the wire. */
function intelligenceOf(wire: Partial<Record<Endpoint, unknown>>) {
  return apiverveIntelligence('apiverve', readAll(wire));
}

function readAll(wire: Partial<Record<Endpoint, unknown>>) {
  return Object.fromEntries(Object.entries(wire).map(([endpoint, each]) => [endpoint, read(each)]));
}

const yes = (evidence: string) => ({ value: true, confidence: 1, evidence, lastSeen: undefined });
const no = (evidence: string) => ({ value: false, confidence: 0.5, evidence, lastSeen: undefined });

describe('apiverveIntelligence', () => {
  it('joins the documented answers of the four endpoints', () => {
    const answer = intelligenceOf({
      vpndetector: {
        ip: '185.220.101.1',
        is_vpn: false,
        is_datacenter: true,
        checked_on: '2025-12-16',
        risk_level: 'High',
        threat_level: 'Moderate',
      },
      tordetect: { ipAddress: '185.220.101.1', isTor: true, ipDetails: { country: 'NL' }, parsed: true },
      ipblacklistlookup: {
        ipAddress: '185.220.101.1',
        isIPBlacklisted: true,
        inbound: { found: true },
        outbound: null,
        threatLevel: 'high',
        ipDetails: { country: 'NL' },
      },
      iplookup: {
        range: [2913751040, 2913755135],
        country: 'US',
        region: 'MO',
        timezone: 'America/Chicago',
        city: 'Kansas City',
        coordinates: [39.0831, -94.5853],
        ip: '185.220.101.1',
      },
    });
    expect(answer).toMatchObject({
      providerId: 'apiverve',
      network: undefined,
      location: {
        ...NOWHERE,
        countryCode: 'US',
        region: 'MO',
        city: 'Kansas City',
        latitude: 39.0831,
        longitude: -94.5853,
        timeZone: 'America/Chicago',
      },
      score: {
        rows: [
          { code: 'DATACENTER_IP_NON_VPN', points: 45 },
          { code: 'HIGH_RISK_IP', points: 20 },
          { code: 'TOR_EXIT_NODE', points: 50 },
          { code: 'BLACKLISTED', points: 60 },
        ],
      },
    });
    expect(answer.facts).toEqual({
      ...NO_FACTS,
      isAnonymousVpn: no('vpndetector, risk level High'),
      isHostingProvider: yes('vpndetector, risk level High'),
      isTorExitNode: yes('tordetect'),
      isBlocklisted: yes('ipblacklistlookup, threat level high'),
    });
    expect(isIntelligence(answer)).toBe(true);
  });

  it.each([
    ['vpndetector', ['is_vpn', 'isVPN', 'isVpn'], 'isAnonymousVpn'],
    ['vpndetector', ['is_datacenter', 'isDatacenter', 'isDataCenter'], 'isHostingProvider'],
    ['tordetect', ['is_tor', 'isTor', 'isTOR'], 'isTorExitNode'],
    ['ipblacklistlookup', ['is_ip_blacklisted', 'isIPBlacklisted', 'isIpBlacklisted'], 'isBlocklisted'],
  ] as const)('reads %s %j as %s, and null as unknown', (endpoint, spellings, fact) => {
    for (const spelling of spellings) {
      expect(intelligenceOf({ [endpoint]: { [spelling]: true } }).facts[fact]?.value).toBe(true);
      expect(intelligenceOf({ [endpoint]: { [spelling]: false } }).facts[fact]?.value).toBe(false);
      for (const locked of [null, 'true', 0, {}]) {
        expect(knowsNothing(intelligenceOf({ [endpoint]: { [spelling]: locked } }))).toBe(true);
      }
    }
    const [first, second] = spellings;
    expect(intelligenceOf({ [endpoint]: { [first]: null, [second]: true } }).facts[fact]?.value).toBe(true);
    expect(intelligenceOf({ [endpoint]: { [first]: true, [second]: null } }).facts[fact]?.value).toBe(true);
  });

  it.each(['risk_level', 'riskLevel'])('reads %s', (name) => {
    expect(intelligenceOf({ vpndetector: { is_vpn: true, [name]: 'high' } }).score?.rows).toMatchObject([
      { code: 'VPN_DETECTED' },
      { code: 'HIGH_RISK_IP' },
    ]);
  });

  it.each<Endpoint>(['vpndetector', 'tordetect', 'ipblacklistlookup', 'iplookup'])(
    'marks an answer without %s as partial, and adds no row for it',
    (missing) => {
      const whole = {
        vpndetector: { is_vpn: false },
        tordetect: { isTor: false },
        ipblacklistlookup: {},
        iplookup: {},
      };
      expect(intelligenceOf(whole).isPartial).toBeUndefined();
      const answer = apiverveIntelligence('apiverve', { ...readAll(whole), [missing]: undefined });
      expect(answer).toMatchObject({ isPartial: true, score: { rows: [] } });
    },
  );

  it('makes no score of a location alone', () => {
    const answer = intelligenceOf({ iplookup: { country: 'US' } });
    expect(answer.score).toBeUndefined();
    expect(answer.location).toEqual({ ...NOWHERE, countryCode: 'US' });
  });

  it('takes the location that came along elsewhere, whole, where the lookup has none', () => {
    const ipblacklistlookup = {
      isIPBlacklisted: false,
      ipDetails: {
        ip: '185.220.101.1',
        country: 'de',
        region: 'BY',
        regionName: 'Bavaria',
        city: 'Nuremberg',
        coordinates: [49.4478, 11.0683],
        postalCode: '90402',
        timezone: 'Europe/Berlin',
        accuracyRadius: 20,
      },
    };
    const tordetect = { isTor: false, ip_details: { country: 'NL', time_zone: 'Europe/Amsterdam' } };
    const nuremberg = {
      countryCode: 'DE',
      region: 'Bavaria',
      city: 'Nuremberg',
      postalCode: '90402',
      latitude: 49.4478,
      longitude: 11.0683,
      accuracyRadiusKm: 20,
      timeZone: 'Europe/Berlin',
    };
    expect(intelligenceOf({ tordetect, ipblacklistlookup }).location).toEqual(nuremberg);
    expect(intelligenceOf({ tordetect, iplookup: { country: null } }).location).toMatchObject({ countryCode: 'NL' });
    expect(intelligenceOf({ ipblacklistlookup, iplookup: { country: 'US' } }).location).toEqual({
      ...NOWHERE,
      countryCode: 'US',
    });
  });

  it.each([[[91, 0]], [[0, 181]], [[-90.1, 0]], [['49', '11']], [[49]], [[null, 11]], ['49,11'], [{ 0: 49, 1: 11 }]])(
    'has no point for the coordinates %j',
    (coordinates) => {
      expect(intelligenceOf({ iplookup: { country: 'US', coordinates } }).location).toMatchObject({
        latitude: undefined,
        longitude: undefined,
      });
    },
  );

  it.each([
    ['USA', -1],
    ['United States', 1e9],
    ['', '20'],
    [7, null],
  ])('has no place for the country %j and the radius %j', (country, accuracyRadius) => {
    expect(intelligenceOf({ iplookup: { country, accuracyRadius } }).location).toBeUndefined();
  });

  it('reads no field of a prototype', () => {
    const data = JSON.parse('{"__proto__":{"is_vpn":true}}') as unknown;
    expect(knowsNothing(intelligenceOf({ vpndetector: data }))).toBe(true);
  });
});
