import { inspect } from 'node:util';
import fc from 'fast-check';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { isIntelligence } from '../ip-intelligence.js';
import { isVendorFactory } from '../vendor.js';
import { ipgeolocation, type IpgeolocationOptions } from './ipgeolocation.provider.js';

const KEY = 'ipgeo-secret-4711';
const address = (text: string) => parseIpAddress(text) as IpAddress;
const GOOGLE = address('8.8.8.8');
const JSON_TYPE = { 'content-type': 'application/json' };
const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...JSON_TYPE, ...headers } });
const about = (ip: string, security: object = { is_tor: true }) => ({ ip, security });

interface Asked {
  readonly url: URL;
  readonly init: RequestInit;
}

/** A provider whose vendor answers as told, and what it was asked. */
function vendor(answer: () => Response | Promise<Response>, options: Partial<IpgeolocationOptions> = {}) {
  const requests: Asked[] = [];
  const provider = ipgeolocation({
    key: KEY,
    clock: new FakeClock(),
    fetch: (url, init) => {
      requests.push({ url: new URL(url instanceof Request ? url.url : url), init: init ?? {} });
      return Promise.resolve(answer());
    },
    ...options,
  });
  const lookup = (asked = GOOGLE) => provider.lookup(asked, lookupContext({ deadlineAt: 0 })) as Promise<unknown>;
  const bulk = (asked: readonly IpAddress[]) => provider.bulk?.lookup(asked, lookupContext({ deadlineAt: 0 }));
  return { provider, requests, lookup, bulk };
}

const failureOf = (asked: Promise<unknown> | undefined): Promise<unknown> =>
  (asked ?? Promise.resolve()).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('ipgeolocation', () => {
  it('is a vendor with its limits and its definition', () => {
    const { provider } = vendor(() => json({}), { dailyBudget: 10, timeoutMs: 700 });
    expect(provider).toMatchObject({
      id: 'ipgeolocation',
      kind: 'vendor',
      limits: { creditsPerLookup: 2, dailyBudget: 10, chargesBadInput: false },
      bulk: { size: 500 },
    });
    expect(provider.health()).toEqual({ status: 'up', details: {} });
    expect(isVendorFactory(ipgeolocation)).toBe(true);
    expect(ipgeolocation.vendor).toEqual({
      name: 'ipgeolocation',
      keyVariable: 'IPGEO_API_KEY',
      variablePrefix: 'IPGEO',
    });
  });

  it('refuses to start without a key', () => {
    expect(() => ipgeolocation({ key: '' })).toThrow(InvalidConfigurationError);
  });

  it('asks one GET with key and address in the query', async () => {
    const { lookup, requests } = vendor(() => json(about('8.8.8.8')));
    expect(await lookup()).toMatchObject({ providerId: 'ipgeolocation', facts: { isTorExitNode: { value: true } } });
    expect(requests).toHaveLength(1);
    const [{ url, init } = { url: undefined, init: {} }] = requests;
    expect(url?.href).toBe(`https://api.ipgeolocation.io/v3/security?apiKey=${KEY}&ip=8.8.8.8`);
    expect(init).toMatchObject({ method: 'GET', redirect: 'manual', headers: { accept: 'application/json' } });
  });

  it('keeps its id and base URL, and reads an address in any spelling', async () => {
    const { lookup, requests } = vendor(() => json(about('2001:0DB8:0:0::1')), {
      id: 'second',
      baseUrl: 'http://127.0.0.1:9/ipgeo',
    });
    expect(await lookup(address('2001:db8::1'))).toMatchObject({ providerId: 'second' });
    expect(requests[0]?.url.href).toBe(
      `http://127.0.0.1:9/ipgeo/v3/security?apiKey=${KEY}&ip=${encodeURIComponent('2001:db8::1')}`,
    );
  });

  const failures: [status: number, headers: Record<string, string>, code: string, retryAfterMs: number | undefined][] =
    [
      [400, {}, 'PROVIDER_BAD_INPUT', undefined],
      [401, {}, 'PROVIDER_UNAUTHORIZED', undefined],
      [403, {}, 'PROVIDER_UNAUTHORIZED', undefined],
      [404, {}, 'PROVIDER_BAD_INPUT', undefined],
      [404, { 'content-type': 'text/html' }, 'PROVIDER_BAD_RESPONSE', undefined],
      [405, {}, 'PROVIDER_BAD_RESPONSE', undefined],
      [413, { 'content-type': 'text/html' }, 'PROVIDER_BAD_RESPONSE', undefined],
      [415, {}, 'PROVIDER_BAD_RESPONSE', undefined],
      [423, {}, 'PROVIDER_BAD_INPUT', undefined],
      [429, {}, 'PROVIDER_QUOTA', undefined],
      [429, { 'retry-after': '7' }, 'PROVIDER_RATE_LIMITED', 7000],
      [499, {}, 'PROVIDER_TIMEOUT', undefined],
      [500, {}, 'PROVIDER_UNREACHABLE', undefined],
      [502, { 'content-type': 'text/html' }, 'PROVIDER_UNREACHABLE', undefined],
      [503, { 'retry-after': '3' }, 'PROVIDER_UNREACHABLE', 3000],
      [504, {}, 'PROVIDER_UNREACHABLE', undefined],
      [505, {}, 'PROVIDER_UNREACHABLE', undefined],
      [301, {}, 'PROVIDER_BAD_RESPONSE', undefined],
    ];

  it.each(failures)('answers HTTP %i %j with %s', async (status, headers, code, retryAfterMs) => {
    const { lookup } = vendor(() => json({ message: 'no' }, status, headers));
    expect(await failureOf(lookup())).toMatchObject({ providerId: 'ipgeolocation', code, retryAfterMs });
  });

  it.each([
    ['no security object', json({ ip: '8.8.8.8' })],
    ['a list for one', json({ ip: '8.8.8.8', security: [] })],
    ['a message only', json({ message: 'no' })],
    ['no address', json({ security: { is_tor: true } })],
    ['the address of somebody else', json(about('8.8.4.4'))],
    ['an address that is none', json(about('google'))],
    ['no JSON', new Response('{', { headers: JSON_TYPE })],
    ['HTML', new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['more than it reads', json(about('8.8.8.8', { filler: 'x'.repeat(300_000) }))],
    ['fields of a prototype', new Response('{"ip":"8.8.8.8","__proto__":{"security":{}}}', { headers: JSON_TYPE })],
  ])('takes %s for no answer', async (_, response) => {
    expect(await failureOf(vendor(() => response).lookup())).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  });

  it('shows its key nowhere', async () => {
    const leaky = () => Promise.reject(new TypeError(`fetch failed: https://api/?apiKey=${KEY}`));
    const { provider, lookup, bulk } = vendor(leaky);
    const quota = vendor(() => json({ message: `key ${KEY} is locked` }, 401));
    const shown: unknown[] = [
      provider,
      await failureOf(lookup()),
      await failureOf(bulk([GOOGLE])),
      await failureOf(quota.lookup()),
    ];
    for (const value of shown) {
      expect(inspect(value, { depth: 9, showHidden: true })).not.toContain(KEY);
      expect(JSON.stringify(value)).not.toContain(KEY);
      expect(value instanceof Error ? value.stack : '').not.toContain(KEY);
    }
    expect(shown.slice(1).every((value) => value instanceof ProviderError)).toBe(true);
  });

  it('answers any JSON with a ProviderError or with sound intelligence', async () => {
    const flagsOrAnything = fc.record(
      Object.fromEntries(
        ['threat_score', 'is_vpn', 'is_proxy', 'proxy_provider_names', 'vpn_last_seen', 'is_relay', '__proto__'].map(
          (name) => [name, fc.oneof(fc.boolean(), fc.double(), fc.jsonValue()) as fc.Arbitrary<unknown>],
        ),
      ),
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      fc.jsonValue(),
      flagsOrAnything.map((security) => about('8.8.8.8', security)),
      flagsOrAnything.map((security) => [about('8.8.8.8', security)]),
      fc.array(fc.jsonValue(), { minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const { lookup, bulk } = vendor(() => json(body));
        const answer = await lookup().catch((error: unknown) => error);
        expect(answer instanceof ProviderError || isIntelligence(answer)).toBe(true);
        const answers = await bulk([GOOGLE])?.catch((error: unknown) => [error]);
        expect(answers?.map((each) => each instanceof ProviderError || isIntelligence(each))).toEqual([true]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('ipgeolocation in bulk', () => {
  const asked = ['8.8.8.8', '10.0.0.1', '2001:db8::1'].map(address);
  const codes = async (answering: Promise<readonly unknown[]> | undefined) =>
    (await answering)?.map((entry) => (entry instanceof ProviderError ? entry.code : 'answer'));

  it('asks one POST with all addresses and keeps their order', async () => {
    const { bulk, requests } = vendor(() =>
      json([
        about('8.8.8.8'),
        { message: "'10.0.0.1' is a bogon IP address." },
        about('2001:DB8::1', { is_bot: true }),
      ]),
    );
    const answers = await bulk(asked);
    expect(answers).toMatchObject([
      { facts: { isTorExitNode: { value: true }, isBot: undefined } },
      { code: 'PROVIDER_BAD_INPUT', providerId: 'ipgeolocation' },
      { facts: { isBot: { value: true } } },
    ]);
    const [{ url, init } = { url: undefined, init: {} }] = requests;
    expect(url?.href).toBe(`https://api.ipgeolocation.io/v3/security-bulk?apiKey=${KEY}`);
    expect(init).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"ips":["8.8.8.8","10.0.0.1","2001:db8::1"]}',
    });
  });

  it('gives no answer to an address that another one got', async () => {
    const { bulk } = vendor(() => json([about('8.8.8.8'), about('2001:db8::1'), about('10.0.0.1')]));
    expect(await codes(bulk(asked))).toEqual(['answer', 'PROVIDER_BAD_RESPONSE', 'PROVIDER_BAD_RESPONSE']);
  });

  it.each([
    ['short', [about('8.8.8.8'), { message: 'bogon' }]],
    ['long', [about('8.8.8.8'), { message: 'bogon' }, {}, {}]],
    ['odd', [about('8.8.8.8'), null, 'text']],
  ])('believes of a %s list only what carries its address', async (_, list) => {
    const { bulk } = vendor(() => json(list));
    expect(await codes(bulk(asked))).toEqual(['answer', 'PROVIDER_BAD_RESPONSE', 'PROVIDER_BAD_RESPONSE']);
  });

  it('reads an answer about 500 addresses', async () => {
    const many = Array.from({ length: 500 }, (_, index) => address(`9.9.${Math.floor(index / 250)}.${index % 250}`));
    const { bulk } = vendor(() => json(many.map(({ text }) => about(text, { is_bot: true, names: 'x'.repeat(700) }))));
    expect(new Set(await codes(bulk(many)))).toEqual(new Set(['answer']));
  });

  it('fails as a whole where there is no list or the vendor refuses', async () => {
    expect(await failureOf(vendor(() => json({ message: 'no' })).bulk(asked))).toMatchObject({
      code: 'PROVIDER_BAD_RESPONSE',
    });
    expect(await failureOf(vendor(() => json({ message: 'no' }, 429)).bulk(asked))).toMatchObject({
      code: 'PROVIDER_QUOTA',
    });
  });

  it('does not call for nobody', async () => {
    const { bulk, requests } = vendor(() => json([]));
    expect(await bulk([])).toEqual([]);
    expect(requests).toEqual([]);
  });
});
