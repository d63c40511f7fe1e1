import { request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getStorageToken } from '@nestjs/throttler';
import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import type { CostStorage } from '../src/modules/throttling/cost-storage.js';
import { eventually } from './support/eventually.js';
import type { Answer } from './support/http-client.js';
import { ServiceApp } from './support/service-app.js';
import { StubProvider } from './support/stub-provider.js';

jest.setTimeout(60_000);

const BULK = '/v1/ips/risk/bulk';

describe('a list of addresses', () => {
  let stub: StubProvider;
  let service: ServiceApp;

  const started = async (throttleLimit: number, storage?: CostStorage): Promise<ServiceApp> => {
    stub = new StubProvider();
    service = await ServiceApp.start({ throttleLimit }, (builder) => {
      builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([stub]);
      if (storage !== undefined) builder.overrideProvider(getStorageToken()).useValue(storage);
    });
    return service;
  };
  const remaining = ({ headers }: Answer): number => Number(/;r=(\d+);/.exec(String(headers['ratelimit']))?.[1]);

  afterEach(() => service.close());

  const addresses = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `9.8.${index >> 8}.${index & 255}`);

  it('counts as one request for every 100 addresses begun', async () => {
    const { http } = await started(6);
    const answers = [];
    for (const count of [100, 101, 300, 200, 1]) answers.push(await http.post(BULK, { ips: addresses(count) }));
    // 300 would be three, and one is what it cost to hear that.
    expect(answers.map((answer) => [answer.status, remaining(answer)])).toEqual([
      [200, 5],
      [200, 3],
      [200, 0],
      [429, 0],
      [429, 0],
    ]);
  });

  it('looks nothing up when it is more than what is left, and costs one request then', async () => {
    const { http } = await started(6);
    await http.post(BULK, { ips: addresses(100) });
    stub.asked.length = 0;
    const refused = await http.post(BULK, { ips: addresses(600) });
    expect([refused.status, refused.json.error, stub.asked]).toEqual([429, 'Too many requests', []]);
    expect(remaining(await http.post(BULK, { ips: addresses(100) }))).toBe(3);
  });

  it('keeps no place among the running ones when it is refused', async () => {
    const { http } = await started(20);
    await http.post(BULK, { ips: addresses(1000) });
    for (let list = 0; list < 5; list += 1) {
      expect((await http.post(BULK, { ips: addresses(1500) })).json.error).toBe('Too many requests');
    }
    expect((await http.post(BULK, { ips: addresses(1) })).status).toBe(200);
  });

  it('that is longer than the limit counts as the whole limit, so that it passes in a fresh window', async () => {
    const { http } = await started(2);
    expect((await http.post(BULK, { ips: addresses(1000) })).status).toBe(200);
    expect((await http.post('/v1/ips/risk', { ip_address: '8.8.8.8' })).status).toBe(429);
  });

  it('whose caller goes away while it is counted leaves its place to others', async () => {
    const held: (() => void)[] = [];
    const record = { totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 };
    let isHolding = true;
    const { http, app } = await started(1000, {
      // The first request of each list is counted at once, the rest of it when the test says so.
      increment: (_key, _ttl, _limit, _block, _name, cost = 1) =>
        cost === 1 || !isHolding
          ? Promise.resolve(record)
          : new Promise((resolve) => {
              held.push(() => {
                resolve(record);
              });
            }),
    });
    const url = await app.getUrl();
    const server = app.getHttpServer() as Server;
    const gone = new Promise<void>((resolve) => {
      let left = 4;
      server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
        response.once('close', () => {
          left -= 1;
          if (left === 0) resolve();
        });
      });
    });
    const calls = Array.from({ length: 4 }, () => {
      const sent = request(new URL(BULK, url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      });
      sent.on('error', () => undefined).end(JSON.stringify({ ips: addresses(300) }));
      return sent;
    });
    await eventually(() => {
      expect(held).toHaveLength(4);
    });
    for (const sent of calls) sent.destroy();
    await gone;
    isHolding = false;
    for (const release of held) release();
    await eventually(async () => {
      expect((await http.post(BULK, { ips: addresses(1) })).status).toBe(200);
    }, 5000);
  });
});
