import { IP_INTELLIGENCE_PROVIDERS, type IpIntelligenceProvider } from 'nestjs-ip-risk';
import { ADAPTERS, connectFrom, controllerOf, GuardedApp } from './support/guarded-app.js';
import type { HttpClient } from './support/http-client.js';
import { ServiceApp } from './support/service-app.js';
import { StubProvider } from './support/stub-provider.js';

/** A public client that connects directly. */
const PEER = '9.9.7.7';
const AT_ONCE = 8;

const NAMES = [
  ...[
    'X-Forwarded-For',
    'x-forwarded-for',
    'X-FORWARDED-FOR',
    'Forwarded',
    'X-Real-IP',
    'X-Client-IP',
    'True-Client-IP',
  ],
  ...[
    'CF-Connecting-IP',
    'Fastly-Client-IP',
    'X-Forwarded',
    'X-Cluster-Client-IP',
    'Client-IP',
    'Via',
    'X_Forwarded_For',
  ],
  ...[
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Original-Forwarded-For',
    'constructor',
    '__proto__',
    'X-Forwarded-For.',
  ],
];

const TOKENS = [
  ...['8.8.8.8', '1.1.1.1:443', '[2606:4700::1]:80', '2606:4700::2', '::ffff:8.8.8.8', '10.0.0.1', '127.0.0.1', '::1'],
  ...['for=6.6.6.6', 'for="[2606:4700::3]:1"', 'for=_hidden', 'by=10.0.0.1', 'unknown', '0.0.0.0', '169.254.169.254'],
  ...[',', ', ', ',,', ';', '"', '\\', '\\"', '=', ' ', '\t', '[', ']', ':', '%eth0', '\u00e9', '\u00ff', '\u0080'],
  ...[
    '010.0.0.1',
    '0x7f.1',
    '2130706433',
    'true',
    'null',
    'undefined',
    '<script>',
    '../',
    "' OR 1=1",
    '%0d%0aX-Real-IP: 1.1.1.1',
  ],
  '8.8.8.8, '.repeat(60),
];

const { imul } = Math;

/** mulberry32: one seed stands for the same headers in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One to five header lines, often of the same name. */
function randomHeaders(random: (below: number) => number): [string, string][] {
  const pick = (list: readonly string[]): string => list[random(list.length)] ?? '';
  let name = pick(NAMES.slice(0, 8));
  return Array.from({ length: 1 + random(5) }, () => {
    if (random(3) > 0) name = pick(NAMES);
    return [name, Array.from({ length: random(7) }, () => pick(TOKENS)).join('')];
  });
}

/** Sends that many header sets and gives back every address that was not the peer's, with the headers that did it. */
async function addressesByForgery(
  count: number,
  http: HttpClient,
  path: string,
  addressIn: (json: { ip_address?: string; risk?: { assessment?: { ip: string } } }) => string | undefined,
): Promise<string[]> {
  const random = randomFrom(count);
  const others: string[] = [];
  let left = count;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const headers = randomHeaders(random);
      const { status, json, text } = await http.call(path, { headers: [['accept', 'application/json'], ...headers] });
      if (status !== 200 || addressIn(json) !== PEER) others.push(`${status} ${text} by ${JSON.stringify(headers)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return others;
}

describe('headers forged by a client that connects directly', () => {
  it('never change whom the service answers about, in 10,000 random sets', async () => {
    const stub = new StubProvider();
    const service = await startedService(stub);
    const others = await addressesByForgery(10_000, service.http, '/v1/fraud-score', ({ ip_address }) => ip_address);
    await service.close();
    expect(others).toEqual([]);
    expect(stub.asked).toEqual([PEER]);
  }, 60_000);

  it.each(ADAPTERS)('never change whom a guard on %s decides on, in 2,000 random sets', async (_name, adapter) => {
    const guarded = await GuardedApp.start({
      adapter,
      controllers: [controllerOf('shop', { pay: { failClosed: true } })],
      options: { trustedProxies: ['10.0.0.0/8'] },
      configure: (app) => {
        connectFrom(PEER, app);
      },
    });
    const others = await addressesByForgery(2000, guarded.http, '/shop/pay', ({ risk }) => risk?.assessment?.ip);
    await guarded.close();
    expect(others).toEqual([]);
    expect(guarded.stub.asked).toEqual([PEER]);
  });

  it('are what decides once the peer is a trusted proxy, so that the sets above prove something', async () => {
    const guarded = await GuardedApp.start({
      controllers: [controllerOf('shop', { pay: { thresholds: { block: 101 } } })],
      options: { trustedProxies: [`${PEER}/32`] },
      configure: (app) => {
        connectFrom(PEER, app);
      },
    });
    const others = await addressesByForgery(500, guarded.http, '/shop/pay', ({ risk }) => risk?.assessment?.ip);
    await guarded.close();
    expect(others.length).toBeGreaterThan(400);
  });
});

async function startedService(stub: IpIntelligenceProvider): Promise<ServiceApp> {
  const service = await ServiceApp.start({ trustedProxies: ['loopback', 'private'] }, (builder) =>
    builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([stub]),
  );
  connectFrom(PEER, service.app);
  return service;
}
