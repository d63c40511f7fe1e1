import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import { ApiKeys } from '../src/common/config/api-keys.js';
import { ServiceApp } from './support/service-app.js';
import { StubProvider } from './support/stub-provider.js';

describe('DELETE /v1/ips/{ip}', () => {
  let stub: StubProvider;
  let service: ServiceApp;

  beforeEach(async () => {
    stub = new StubProvider();
    service = await ServiceApp.start({ apiKeys: new ApiKeys(['a-key-of-the-tests']) }, (builder) =>
      builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([stub]),
    );
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

  it('wants a key', async () => {
    expect((await forget('8.8.8.8', [])).status).toBe(401);
  });
});
