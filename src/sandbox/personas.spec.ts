import { kindOfAddress } from './asked-address.js';
import { PERSONAS } from './personas.js';
import { HttpClient, type Answer } from '../../test/support/http-client.js';
import { SandboxServer } from './sandbox-server.js';

let sandbox: SandboxServer;
let http: HttpClient;

beforeAll(async () => {
  sandbox = await SandboxServer.start();
  http = new HttpClient(sandbox.url);
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(async () => {
  http.close();
  await sandbox.close();
});

type Lookup = (ip: string) => Promise<Answer>;

const KEY = 'any-key';
const apiverve =
  (name: string): Lookup =>
  (ip) =>
    http.call(`/apiverve/v1/${name}?ip=${ip}`, { headers: [['x-api-key', KEY]] });

const LOOKUPS: ReadonlyMap<string, Lookup> = new Map<string, Lookup>([
  ['ipstack', (ip) => http.call(`/ipstack/${encodeURIComponent(ip)}?access_key=${KEY}&security=1`)],
  ['beltic', (ip) => http.post('/beltic/v1/ips/risk', { ip_address: ip }, [['x-api-key', KEY]])],
  ['ipgeolocation', (ip) => http.call(`/ipgeolocation/v3/security?apiKey=${KEY}&ip=${ip}`)],
  ['ipgeo', (ip) => http.call(`/ipgeolocation/v3/ipgeo?apiKey=${KEY}&include=security&ip=${ip}`)],
  ['vpndetector', apiverve('vpndetector')],
  ['tordetect', apiverve('tordetect')],
  ['ipblacklistlookup', apiverve('ipblacklistlookup')],
  ['iplookup', apiverve('iplookup')],
  ['abuseipdb', (ip) => http.call(`/abuseipdb/api/v2/check?ipAddress=${ip}`, { headers: [['key', KEY]] })],
  ['ipqualityscore', (ip) => http.call(`/ipqualityscore/api/json/ip/${KEY}/${encodeURIComponent(ip)}`)],
]);

const APIS = [...LOOKUPS.keys()];
const lookup = (api: string, ip: string): Promise<Answer> => (LOOKUPS.get(api) as Lookup)(ip);
const ipv4Of = (name: string): string => PERSONAS.find((persona) => persona.name === name)?.ipv4 ?? '';

describe('the personas', () => {
  it('each have addresses of their own that are global', () => {
    const addresses = PERSONAS.flatMap(({ ipv4, ipv6 }) => (ipv6 === undefined ? [ipv4] : [ipv4, ipv6]));
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses.filter((address) => kindOfAddress(address) !== 'global')).toEqual([]);
  });

  it.each(APIS)('are all known to %s by IPv4 and IPv6 address', async (api) => {
    for (const { ipv4, ipv6 } of PERSONAS) {
      const { json: byIpv4, status } = await lookup(api, ipv4);
      expect([ipv4, status, byIpv4.success === false]).toEqual([ipv4, 200, false]);
      if (ipv6 !== undefined) expect(factsOf((await lookup(api, ipv6)).text)).toEqual(factsOf(JSON.stringify(byIpv4)));
    }
  });

  it.each(APIS)('are for %s a clean home where an address is no other', async (api) => {
    const { text: stranger } = await lookup(api, '8.8.4.4');
    const { text: home } = await lookup(api, ipv4Of('clean-home'));
    expect(factsOf(stranger)).toEqual(factsOf(home));
  });

  it('are known by any spelling of an IPv6 address and by its /64', async () => {
    for (const ip of ['2a0b:f4c2:0:0::1', '2A0B:F4C2::1', '2a0b:f4c2::99:1']) {
      expect((await lookup('tordetect', ip)).json.data.isTor).toBe(true);
    }
    expect((await lookup('tordetect', '2a0b:f4c2:0:1::1')).json.data.isTor).toBe(false);
  });

  it.each([
    ['clean-home', [0, 29], [0, 74], [0, 19]],
    ['vpn', [60, 100], [75, 84], [20, 44]],
    ['residential-proxy', [30, 59], [75, 84], [45, 79]],
    ['tor-exit', [60, 100], [85, 89], [45, 79]],
    ['data-centre', [0, 29], [0, 74], [0, 19]],
    ['blacklisted', [60, 100], [90, 100], [80, 100]],
    ['relay', [0, 29], [0, 74], [0, 19]],
    ['crawler', [0, 29], [0, 74], [0, 19]],
  ])('put %s into the bands ipstack %j, Beltic %j, ipgeolocation %j', async (name, ipstack, beltic, ipgeolocation) => {
    const ip = ipv4Of(name);
    const fraud = (await lookup('beltic', ip)).json;
    const threat = (await lookup('ipgeolocation', ip)).json.security.threat_score;
    expectWithin(articleScore((await lookup('ipstack', ip)).json.security), ipstack);
    expectWithin(fraud.risk.fraud_score, beltic);
    expectWithin(threat, ipgeolocation);
    // Beltic and IPQualityScore are one source.
    expect((await lookup('ipqualityscore', ip)).json.fraud_score).toBe(fraud.risk.fraud_score);
    expect(fraud.anonymity.proxy || !(fraud.anonymity.vpn || fraud.anonymity.tor)).toBe(true);
  });

  it.each([
    ['clean-home', 'vpndetector', { is_vpn: false, is_datacenter: false, risk_level: 'Low' }],
    ['vpn', 'vpndetector', { is_vpn: true }],
    ['data-centre', 'vpndetector', { is_vpn: false, is_datacenter: true }],
    ['tor-exit', 'tordetect', { isTor: true }],
    ['blacklisted', 'ipblacklistlookup', { isIPBlacklisted: true, threatLevel: 'high' }],
    ['vpn', 'iplookup', { country: 'CH' }],
    ['clean-home', 'abuseipdb', { abuseConfidenceScore: 0, isTor: false, countryCode: 'SE', lastReportedAt: null }],
    ['tor-exit', 'abuseipdb', { abuseConfidenceScore: 100, isTor: true, usageType: 'Data Center/Web Hosting/Transit' }],
    ['blacklisted', 'abuseipdb', { abuseConfidenceScore: 100, isTor: false }],
    ['crawler', 'abuseipdb', { isWhitelisted: true, usageType: 'Search Engine Spider' }],
  ])('show %s to %s', async (name, api, data) => {
    const { json } = await lookup(api, ipv4Of(name));
    expect(json.data).toMatchObject(data);
  });
});

/** The body without what differs by address or by the second. */
function factsOf(text: string): unknown {
  const changing = /^(ip|ipAddress|current_time|type|ipVersion|route)$/;
  return JSON.parse(text, (name, value: unknown) => (changing.test(name) ? undefined : value));
}

function expectWithin(score: unknown, [from = NaN, to = NaN]: readonly number[]): void {
  expect(score).toBeGreaterThanOrEqual(from);
  expect(score).toBeLessThanOrEqual(to);
}

/** The points of the article's table. */
function articleScore(security: Readonly<Record<string, unknown>>): number {
  const text = (name: string): string => (typeof security[name] === 'string' ? security[name] : '');
  const table: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    threat_level: { high: 25, medium: 15, low: 5 },
    anonymizer_status: { active: 15, suspect: 10, inactive: 5, private: 10 },
    proxy_level: { elite: 15, anonymous: 10, distorting: 10, transparent: 5 },
    proxy_type: { tor: 20, socks: 10, web: 10, service: 10 },
  };
  const ofTable = Object.entries(table).map(([name, points]) => points[text(name)] ?? 0);
  const isBadCrawler = security['is_crawler'] === true && text('crawler_type') !== 'search_engine_bot';
  const isRecent = Date.now() - Date.parse(text('proxy_last_detected')) < 30 * 86_400_000;
  const conditions: readonly (readonly [holds: boolean, points: number])[] = [
    [security['is_proxy'] === true, 15],
    [security['is_tor'] === true, 20],
    [isBadCrawler, 25],
    [/attack|malware|fraud/.test(JSON.stringify(security['threat_types'])), 20],
    [isRecent, 10],
    [text('vpn_service') !== '', 10],
    [security['hosting_facility'] === true, 10],
  ];
  const points = [...ofTable, ...conditions.map(([holds, worth]) => (holds ? worth : 0))];
  return Math.min(
    100,
    points.reduce((sum, worth) => sum + worth, 0),
  );
}
