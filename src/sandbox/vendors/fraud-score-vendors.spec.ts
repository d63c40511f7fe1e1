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

describe('Beltic', () => {
  it('answers the example of its documentation', async () => {
    const { json } = await http.post('/beltic/v1/ips/risk', { ip_address: '1.1.1.1' }, [['x-api-key', 'k']]);
    expect(json).toEqual({
      risk: { fraud_score: 0, recent_abuse: false },
      network: {
        isp: 'Cloudflare',
        asn: 13335,
        organization: 'Cloudflare',
        host: 'one.one.one.one',
        timezone: 'America/Denver',
        mobile: false,
      },
      anonymity: { proxy: false, vpn: false, tor: false, active_vpn: false, active_tor: false },
      bot: { is_crawler: false, bot_status: false },
      address: {
        formatted_address: 'Denver, Colorado, US',
        country: 'US',
        city: 'Denver',
        state_or_province: 'Colorado',
        postal_code: null,
        latitude: -33.86000061,
        longitude: 151.21000671,
      },
    });
  });

  it.each([
    ['', 401, 'Unauthorized'],
    ['wrong-key', 401, 'Unauthorized'],
    ['spent-key', 429, 'Too Many Requests'],
  ])('refuses the key "%s" with %d', async (key, status, error) => {
    const answer = await http.post('/beltic/v1/ips/risk', { ip_address: '8.8.8.8' }, [['x-api-key', key]]);
    expect([answer.status, answer.json.error]).toEqual([status, error]);
  });

  it.each([{ ip_address: 'nonsense' }, { ip_address: 8 }, {}, [], 'text'])(
    'refuses the body %j with 400',
    async (body) => {
      const { status, json } = await http.post('/beltic/v1/ips/risk', body, [['x-api-key', 'k']]);
      expect([status, json]).toEqual([
        400,
        { error: 'Invalid IP address format', message: 'IP address must be in valid IPv4 or IPv6 format' },
      ]);
    },
  );
});

describe('IPQualityScore', () => {
  it('takes the key in the path or in a header', async () => {
    const inHeader = await http.call('/ipqualityscore/api/json/ip?ip=185.220.101.1', { headers: [['IPQS-KEY', 'k']] });
    expect(inHeader.json).toMatchObject({ success: true, tor: true, active_tor: true, country_code: 'DE', ASN: 60729 });
    expect((await http.call('/ipqualityscore/api/json/ip/k/185.220.101.1')).json).toEqual(inHeader.json);
  });

  it.each([
    ['/8.8.8.8', /key/],
    ['/wrong-key/8.8.8.8', /key/],
    ['/spent-key/8.8.8.8', /exceeded your request quota/],
    ['/k/nonsense', /Invalid IPv4/],
  ])('refuses %s with HTTP 200', async (path, message) => {
    const { status, json } = await http.call(`/ipqualityscore/api/json/ip${path}`);
    expect([status, json.success]).toEqual([200, false]);
    expect(json.message).toMatch(message);
  });

  it('masks fields of a free plan', async () => {
    const { json } = await http.call('/ipqualityscore/api/json/ip/free-key/8.8.8.8');
    expect([json.connection_type, json.fraud_score]).toEqual(['Premium required.', 0]);
  });

  it('knows nothing of a private address', async () => {
    const { json } = await http.call('/ipqualityscore/api/json/ip/k/10.0.0.1');
    expect([json.success, json.country_code]).toEqual([true, 'N/A']);
  });
});
