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

describe('ipstack', () => {
  it('answers the captured body', async () => {
    const { json } = await http.call('/ipstack/117.31.78.74?access_key=k&security=1');
    expect(json).toMatchObject({ city: 'Zhangzhou', radius: '143.37405', connection: { asn: 4134, home: true } });
    expect(json).not.toHaveProperty('hostname');
    expect(json.security).toHaveProperty('vpn_service', null);
  });

  it('gives security and hostname only to those who ask, and the fields that are named', async () => {
    const bare = await http.call('/ipstack/8.8.8.8?access_key=k');
    expect(bare.json).not.toHaveProperty('security');
    const named = await http.call(
      '/ipstack/8.8.8.8?access_key=k&security=1&hostname=1&fields=location.capital,security',
    );
    expect(Object.keys(named.json)).toEqual(['location', 'security']);
    expect(named.json.location).toEqual({ capital: 'Stockholm' });
    const main = await http.call('/ipstack/8.8.8.8?access_key=k&security=1&fields=main');
    expect([main.json.country_code, main.json.security]).toEqual(['SE', undefined]);
  });

  it.each([
    [101, '/8.8.8.8'],
    [101, '/8.8.8.8?access_key='],
    [101, '/8.8.8.8?access_key=wrong-key'],
    [104, '/8.8.8.8?access_key=spent-key'],
    [105, '/8.8.8.8?access_key=free-key&security=1'],
    [106, '/example.org?access_key=k'],
    [106, '/8.8.8.8,nonsense?access_key=k'],
    [301, '/8.8.8.8?access_key=k&fields=security'],
    [302, `/${Array.from({ length: 51 }, (_, n) => `8.8.8.${n}`).join(',')}?access_key=k`],
    [303, '/8.8.8.8,9.9.9.9?access_key=free-key'],
  ])('refuses with code %d and HTTP 200: %s', async (code, path) => {
    const { status, json } = await http.call(`/ipstack${path}`);
    expect([status, json.success, json.error.code]).toEqual([200, false, code]);
  });

  it('answers a list in its order, and a private address with nothing known', async () => {
    const { json } = await http.call('/ipstack/8.8.8.8,10.0.0.1,185.220.101.1?access_key=k&security=1');
    expect(json).toMatchObject([{ ip: '8.8.8.8' }, { ip: '10.0.0.1' }, { ip: '185.220.101.1' }]);
    expect([json[1].country_code, json[2].security.is_tor]).toEqual([null, true]);
  });
});
