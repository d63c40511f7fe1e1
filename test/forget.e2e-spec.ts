import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import { ApiKeys } from '../src/common/config/api-keys.js';
import type { ServiceConfig } from '../src/common/config/service-config.js';
import { ServiceApp } from './support/service-app.js';
import { StubProvider } from './support/stub-provider.js';

jest.setTimeout(60_000);

describe('DELETE /v1/ips/{ip}', () => {
  let stub: StubProvider;
  let service: ServiceApp;

  const started = (settings: Partial<ServiceConfig> = {}): Promise<ServiceApp> =>
    ServiceApp.start({ apiKeys: new ApiKeys(['a-key-of-the-tests']), ...settings }, (builder) =>
      builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([stub]),
    );

  beforeEach(async () => {
    stub = new StubProvider();
    service = await started();
  });
  afterEach(() => service.close());

  const withKey: [string, string][] = [['x-api-key', 'a-key-of-the-tests']];
  const ask = (ip: string) => service.http.post('/v1/ips/risk', { ip_address: ip }, withKey);
  const forget = (ip: string, headers = withKey) => service.http.call(`/v1/ips/${ip}`, { method: 'DELETE', headers });

  it('has the next request ask anew, for the whole network and in every spelling', async () => {
    await ask('2606:4700:1:2::1');
    await ask('2606:4700:1:2::2');
    expect(stub.asked).toHaveLength(1);
    const answer = await forget('2606:4700:1:2:0::9');
    expect([answer.status, answer.json]).toEqual([200, { ip_address: '2606:4700:1:2::9', everywhere: true }]);
    await ask('2606:4700:1:2::1');
    expect(stub.asked).toHaveLength(2);
  });

  it.each(['010.0.0.1', '8.8.8.8%2f..', 'nonsense', '*'])('answers 400 for %s', async (text) => {
    expect((await forget(text)).status).toBe(400);
  });

  const json: [string, string] = ['content-type', 'application/json'];
  const BODIES = ['', '{', '{}', '['.repeat(500), 'x'.repeat(100_000)];

  it('takes an empty body of JSON and an empty object', async () => {
    for (const body of ['', '{}']) {
      const call = { method: 'DELETE', headers: [...withKey, json], body };
      expect([body, (await service.http.call('/v1/ips/8.8.8.8', call)).status]).toEqual([body, 200]);
    }
    const score = await service.http.post('/v1/ips/risk', '', [...withKey, json]);
    expect(score.status).toBe(400);
  });

  it.each(['{', '{"a":1}', '['.repeat(500)])('answers 400 for the body %s', async (body) => {
    const call = { method: 'DELETE', headers: [...withKey, json], body };
    expect((await service.http.call('/v1/ips/8.8.8.8', call)).status).toBe(400);
  });

  it('wants a key before it reads a body, and counts who has none', async () => {
    const limited = await started({ throttleLimit: 3 });
    try {
      for (const [index, body] of BODIES.entries()) {
        const ask = async (type: [string, string][]): Promise<number> => {
          return (
            await limited.http.from(`9.9.7.${index}`, '/v1/ips/8.8.8.8', { method: 'DELETE', headers: type, body })
          ).status;
        };
        const statuses = [await ask([json]), await ask([['content-type', 'text/xml']]), await ask([json])];
        expect([body, ...statuses, await ask([json])]).toEqual([body, 401, 401, 401, 429]);
      }
    } finally {
      await limited.close();
    }
  });

  it('counts as ten requests, whatever the body', async () => {
    const limited = await started({ throttleLimit: 25 });
    try {
      const answers = [];
      for (const body of ['', '{', '']) {
        const call = { method: 'DELETE', headers: [...withKey, json], body };
        answers.push(await limited.http.call('/v1/ips/8.8.8.8', call));
      }
      expect(answers.map(({ status, headers }) => [status, headers['ratelimit']])).toEqual([
        [200, expect.stringContaining('r=15;')],
        [400, expect.stringContaining('r=5;')],
        [429, expect.stringContaining('r=5;')],
      ]);
    } finally {
      await limited.close();
    }
  });
});
