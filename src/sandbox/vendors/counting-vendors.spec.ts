import { HttpClient, type Answer } from '../../../test/support/http-client.js';
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

const check = (path: string, key = 'k'): Promise<Answer> =>
  http.call(`/apiverve/v1/${path}`, { headers: [['x-api-key', key]] });

describe('APIVerve', () => {
  it.each([
    [
      'vpndetector?ip=103.62.49.210',
      { is_vpn: false, is_datacenter: true, checked_on: '2025-12-16', risk_level: 'High', threat_level: 'Moderate' },
    ],
    ['tordetect?ip=185.189.183.143', { isTor: true, parsed: true, ipDetails: { country: 'NL' } }],
    [
      'ipblacklistlookup?ip=185.220.101.1',
      {
        isIPBlacklisted: true,
        inbound: { found: true },
        outbound: null,
        threatLevel: 'high',
        ipDetails: { country: 'DE', region: 'BY', coordinates: [49.4478, 11.0683], accuracyRadius: 20 },
      },
    ],
    ['iplookup?ip=173.172.81.20', { city: 'Kansas City', country: 'US', coordinates: [39.0831, -94.5853] }],
  ])('answers the example of its documentation: %s', async (path, data) => {
    expect((await check(path)).json).toMatchObject({ status: 'ok', error: null, data });
  });

  it('counts its tokens in headers', async () => {
    await check('vpndetector?ip=8.8.8.8');
    const { headers } = await check('tordetect?ip=8.8.8.8');
    expect(headers).toMatchObject({ 'x-api-tokens-used': '2', 'x-rate-limit-limit': '6000' });
    expect(Number(headers['x-api-remaining-tokens'])).toBe(Number(headers['x-api-max-tokens']) - 2);
  });

  it('locks fields of a free plan and says which', async () => {
    const { json, headers } = await check('vpndetector?ip=185.159.157.8', 'free-key');
    expect(json.data).toMatchObject({ is_vpn: true, risk_level: null, threat_level: null });
    expect(json.premium.locked_fields).toEqual(['risk_level', 'threat_level']);
    expect(headers['x-rate-limit-limit']).toBe('5');
  });

  it.each([
    [401, 'vpndetector?ip=8.8.8.8', ''],
    [401, 'vpndetector?ip=8.8.8.8', 'wrong-key'],
    [429, 'vpndetector?ip=8.8.8.8', 'spent-key'],
    [400, 'vpndetector?ip=nonsense', 'k'],
    [400, 'vpndetector', 'k'],
    [404, 'nonsense?ip=8.8.8.8', 'k'],
  ])('refuses with %d: %s with the key "%s"', async (status, path, key) => {
    const answer = await check(path, key);
    expect([answer.status, answer.json.status, answer.json.data]).toEqual([status, 'error', null]);
    if (status === 429) expect(answer.headers['x-api-remaining-tokens']).toBe('0');
  });
});

describe('AbuseIPDB', () => {
  const report = (query: string, key = 'k'): Promise<Answer> =>
    http.call(`/abuseipdb/api/v2/check?${query}`, { headers: [['Key', key]] });

  it('counts down the day in headers', async () => {
    await report('ipAddress=8.8.8.8');
    const { headers } = await report('ipAddress=8.8.8.8');
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '998' });
  });

  it('lists the reports to those who ask for them', async () => {
    const { json } = await report('ipAddress=80.94.95.10&verbose');
    expect(json.data).toMatchObject({ countryName: 'Hungary', reports: [{ categories: [18, 22] }] });
    expect((await report('ipAddress=80.94.95.10')).json.data).not.toHaveProperty('reports');
  });

  it('calls a private address not public', async () => {
    const { json } = await report('ipAddress=10.0.0.1');
    expect(json.data).toMatchObject({ isPublic: false, countryCode: null, ipVersion: 4 });
  });

  it.each([
    [401, 'ipAddress=8.8.8.8', ''],
    [401, 'ipAddress=8.8.8.8', 'wrong-key'],
    [429, 'ipAddress=8.8.8.8', 'spent-key'],
    [422, 'ipAddress=nonsense', 'k'],
    [422, '', 'k'],
    [422, 'ipAddress=8.8.8.8&maxAgeInDays=400', 'k'],
  ])('refuses with %d: %s with the key "%s"', async (status, query, key) => {
    const answer = await report(query, key);
    expect([answer.status, answer.json.errors[0].status]).toEqual([status, status]);
    if (status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});
