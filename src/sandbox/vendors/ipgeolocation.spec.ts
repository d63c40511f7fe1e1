import { HttpClient } from '../../../test/support/http-client.js';
import { SandboxServer } from '../sandbox-server.js';

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

const KEY = '/ipgeolocation/v3/security-bulk?apiKey=k';
const ipsOf = (ips: unknown): object => ({ ips });

describe('ipgeolocation', () => {
  it('answers the example of its documentation', async () => {
    const { json } = await http.call('/ipgeolocation/v3/security?apiKey=k&ip=2.56.188.34');
    expect(json).toEqual({
      ip: '2.56.188.34',
      security: {
        threat_score: 80,
        is_tor: false,
        is_proxy: true,
        proxy_provider_names: ['Zyte Proxy'],
        proxy_confidence_score: 90,
        proxy_last_seen: '2025-12-12',
        is_residential_proxy: true,
        is_vpn: true,
        vpn_provider_names: ['Nord VPN'],
        vpn_confidence_score: 99,
        vpn_last_seen: '2026-01-19',
        is_relay: false,
        relay_provider_name: '',
        is_anonymous: true,
        is_known_attacker: true,
        is_bot: false,
        is_spam: false,
        is_cloud_provider: true,
        cloud_provider_name: 'Packethub S.A.',
      },
    });
  });

  it.each([
    [401, '/v3/security?ip=8.8.8.8'],
    [401, '/v3/security?ip=8.8.8.8&apiKey=wrong-key'],
    [401, '/v3/security?ip=8.8.8.8&apiKey=free-key'],
    [401, '/v3/security?ip=8.8.8.8&apikey=k'],
    [401, '/v3/ipgeo?ip=8.8.8.8&apiKey=free-key&include=security'],
    [429, '/v3/security?ip=8.8.8.8&apiKey=spent-key'],
    [400, '/v3/security?ip=nonsense&apiKey=k'],
    [400, '/v3/security?ip=8.8.8.8&ip=9.9.9.9&apiKey=k'],
    [423, '/v3/security?ip=10.0.0.1&apiKey=k'],
    [423, '/v3/security?apiKey=k'],
    [404, '/v3/nonsense?ip=8.8.8.8&apiKey=k'],
    [405, '/v3/security-bulk?apiKey=k'],
  ])('refuses with %d and a message: %s', async (status, path) => {
    const answer = await http.call(`/ipgeolocation${path}`);
    expect([answer.status, Object.keys(answer.json)]).toEqual([status, ['message']]);
  });

  it('answers a list in its order, with bad entries that name no address', async () => {
    const ips = ['8.8.8.8', '10.0.0.1', 'nonsense', 7, '185.220.101.1'];
    const { status, json, headers } = await http.post(KEY, ipsOf(ips));
    expect([status, json[0].ip, json[4].security.is_tor]).toEqual([200, '8.8.8.8', true]);
    for (const bad of [1, 2, 3]) expect(Object.keys(json[bad])).toEqual(['message']);
    expect(json[1].message).toBe("'10.0.0.1' is a bogon IP address.");
    expect([headers['x-credits-charged'], headers['x-successful-record']]).toEqual(['4', '2']);
    expect((await http.post(KEY, ipsOf(['8.8.8.8']))).headers).not.toHaveProperty('x-successful-record');
  });

  it('answers 50,000 addresses and refuses one more', async () => {
    const ips = Array.from({ length: 50_001 }, () => '8.8.8.8');
    expect((await http.post(KEY, ipsOf(ips))).status).toBe(400);
    expect((await http.post(KEY, ipsOf(ips.slice(1)))).json).toHaveLength(50_000);
  });

  it.each([
    [400, ipsOf([])],
    [400, ipsOf('8.8.8.8')],
    [400, []],
    // Text goes without a content type.
    [415, '{"ips":["8.8.8.8"]}'],
  ])('refuses with %d the list %j', async (status, body) => {
    expect((await http.post(KEY, body)).status).toBe(status);
  });

  it('refuses a list of a free plan', async () => {
    const { status } = await http.post('/ipgeolocation/v3/security-bulk?apiKey=free-key', ipsOf(['8.8.8.8']));
    expect(status).toBe(401);
  });

  it('refuses a body of too many bytes with a page', async () => {
    const { status, headers, text } = await http.post(KEY, ipsOf('x'.repeat(5e6)));
    expect([status, headers['content-type']]).toEqual([413, 'text/html']);
    expect(text).toContain('nginx');
  });

  it('sells geography with or without the paid modules', async () => {
    const free = await http.call('/ipgeolocation/v3/ipgeo?apiKey=free-key&ip=8.8.8.8');
    expect(free.json.asn).toEqual({ as_number: 'AS1257', organization: 'Tele2 Sverige AB', country: 'SE' });
    expect(free.json.location.latitude).toBe('59.40510');
    expect(free.json).not.toHaveProperty('security');
    const paid = await http.call('/ipgeolocation/v3/ipgeo?apiKey=k&ip=185.220.101.1&include=security,abuse');
    expect([paid.json.security.is_tor, paid.headers['x-credits-charged']]).toEqual([true, '4']);
    const only = await http.call('/ipgeolocation/v3/ipgeo?apiKey=k&ip=8.8.8.8&include=security&fields=security');
    expect([Object.keys(only.json), only.headers['x-credits-charged']]).toEqual([['ip', 'security'], '2']);
  });

  it('leaves out what is excluded and keeps what is named', async () => {
    const path = '/ipgeolocation/v3/security?apiKey=k&ip=8.8.8.8';
    const kept = await http.call(`${path}&fields=security.threat_score,nonsense`);
    expect(kept.json).toEqual({ ip: '8.8.8.8', security: { threat_score: 0 } });
    const dropped = await http.call(`${path}&excludes=security.is_tor,ip`);
    expect([dropped.json.ip, 'is_tor' in dropped.json.security]).toEqual(['8.8.8.8', false]);
  });
});
