import { inspect } from 'node:util';
import fc from 'fast-check';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import { isIntelligence } from '../ip-intelligence.js';
import { ipstack, type IpstackOptions } from './ipstack.provider.js';

const KEY = 'k3y-that-nobody-may-see';
const ipOf = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const address = ipOf('8.8.8.8');
/** Leaves no time for a second attempt. */
const hurried = lookupContext({ deadlineAt: 0 });

const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
const refusal = (code: unknown) => ({ success: false, error: { code, type: 'some_type', info: `No: ${KEY}` } });
const record = (ip: string) => ({ ip, country_code: 'US', security: { is_proxy: true, threat_level: 'low' } });

function setUp(answer: (request: Request) => Response, more: Partial<IpstackOptions> = {}) {
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    requests.push(request);
    return Promise.resolve(answer(request));
  };
  return { requests, provider: ipstack({ key: KEY, clock: new FakeClock(), fetch, ...more }) };
}

const outcomeOf = (provider: IpIntelligenceProvider): Promise<unknown> =>
  Promise.resolve(provider.lookup(address, hurried)).catch((error: unknown) => error);

const codeOf = async (body: unknown, status?: number) => {
  const outcome = await outcomeOf(setUp(() => json(body, status)).provider);
  return outcome instanceof ProviderError ? outcome.code : isIntelligence(outcome) && 'answer';
};

describe('ipstack', () => {
  it('asks by GET with the key and the security module in the query', async () => {
    const { provider, requests } = setUp(() => json(record('8.8.8.8')));
    await provider.lookup(address, lookupContext());
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET https://api.ipstack.com/8.8.8.8?access_key=${KEY}&security=1`,
    ]);
    expect(requests[0]?.headers.get('accept')).toBe('application/json');
    expect(await requests[0]?.text()).toBe('');
  });

  it('encodes an IPv6 address, keeps the path of its base URL and compares addresses, not texts', async () => {
    const { provider, requests } = setUp(() => json(record('2001:4860:4860:0:0:0:0:8888')), {
      baseUrl: 'https://api.apilayer.net/ipstack/',
    });
    const answer = await provider.lookup(ipOf('2001:4860:4860::8888'), lookupContext());
    expect(requests[0]?.url).toMatch(/^https:\/\/api\.apilayer\.net\/ipstack\/2001%3A4860%3A4860%3A%3A8888\?/);
    expect(answer.location?.countryCode).toBe('US');
  });

  it('answers under its id, by the clock it was given', async () => {
    const security = { proxy_last_detected: '2026-01-10' };
    const { provider } = setUp(() => json({ ip: '8.8.8.8', security }), {
      id: 'second',
      clock: new FakeClock('2026-02-01T00:00:00Z'),
    });
    const answer = await provider.lookup(address, lookupContext());
    expect(answer).toMatchObject({ providerId: 'second', score: { rows: [{ code: 'PROXY_LAST_DETECTED' }] } });
  });

  it('says what the service and the engine need to know', () => {
    const { provider } = setUp(() => json({}), { dailyBudget: 300, maxConcurrent: 5, timeoutMs: 900 });
    expect(ipstack.vendor).toEqual({
      name: 'ipstack',
      keyVariable: 'IPSTACK_ACCESS_KEY',
      variablePrefix: 'IPSTACK',
    });
    expect(provider).toMatchObject({ id: 'ipstack', kind: 'vendor', scorecard: { bands: { length: 3 } } });
    expect(provider.limits).toEqual({ dailyBudget: 300, maxConcurrent: 5 });
    expect(provider.health()).toEqual({ status: 'up', details: {} });
    expect(() => ipstack({ key: '' })).toThrow(InvalidConfigurationError);
  });

  it.each([
    [101, 'PROVIDER_UNAUTHORIZED'],
    [102, 'PROVIDER_UNAUTHORIZED'],
    [103, 'PROVIDER_UNAUTHORIZED'],
    [104, 'PROVIDER_QUOTA'],
    ['104', 'PROVIDER_QUOTA'],
    [105, 'PROVIDER_UNAUTHORIZED'],
    [106, 'PROVIDER_BAD_INPUT'],
    [301, 'PROVIDER_UNAUTHORIZED'],
    [302, 'PROVIDER_BAD_RESPONSE'],
    [303, 'PROVIDER_UNAUTHORIZED'],
    [403, 'PROVIDER_UNAUTHORIZED'],
    [404, 'PROVIDER_UNAUTHORIZED'],
    [429, 'PROVIDER_QUOTA'],
    [999, 'PROVIDER_BAD_RESPONSE'],
    [null, 'PROVIDER_BAD_RESPONSE'],
  ])('reads the refusal %j as %s', async (code, expected) => {
    expect(await codeOf(refusal(code))).toBe(expected);
    expect(await codeOf({ error: refusal(code).error })).toBe(expected);
    if (typeof code === 'number' && code !== 999) expect(await codeOf(refusal(code), 500)).toBe(expected);
  });

  it.each([
    [429, 'slow down', 'PROVIDER_RATE_LIMITED'],
    [429, refusal(429), 'PROVIDER_RATE_LIMITED'],
    [429, { error: { code: '429' } }, 'PROVIDER_RATE_LIMITED'],
    [429, refusal('rate_limit_reached'), 'PROVIDER_RATE_LIMITED'],
    [429, refusal(104), 'PROVIDER_QUOTA'],
    [401, {}, 'PROVIDER_UNAUTHORIZED'],
    [503, refusal('maintenance'), 'PROVIDER_UNREACHABLE'],
    [200, 'no JSON', 'PROVIDER_BAD_RESPONSE'],
    [200, { success: false }, 'PROVIDER_BAD_RESPONSE'],
    [200, record('8.8.4.4'), 'PROVIDER_BAD_RESPONSE'],
    [200, { ip: '8.8.8.8' }, 'PROVIDER_BAD_RESPONSE'],
    [200, { ip: '8.8.8.8', fraud: 1 }, 'PROVIDER_BAD_RESPONSE'],
    [200, { ip: 134744072, country_code: 'US' }, 'PROVIDER_BAD_RESPONSE'],
    [200, [record('8.8.8.8')], 'PROVIDER_BAD_RESPONSE'],
    [200, '{"ip":"8.8.8.8","__proto__":{"country_code":"US","security":{"is_tor":true}}}', 'PROVIDER_BAD_RESPONSE'],
    [200, '{"__proto__":{"ip":"8.8.8.8","country_code":"US"}}', 'PROVIDER_BAD_RESPONSE'],
    [200, { ip: '8.8.8.8', country_code: null }, 'answer'],
  ])('takes HTTP %i with %j for %s', async (status, body, expected) => {
    expect(await codeOf(body, status)).toBe(expected);
  });

  it('passes on how long to wait where IPstack says so, and not for a spent month', async () => {
    const headers = { 'retry-after': '30' };
    const errorOf = (code: number, status = 200) =>
      outcomeOf(setUp(() => json(refusal(code), status, headers)).provider);
    expect(await errorOf(429, 429)).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 30_000 });
    expect(await errorOf(429)).toMatchObject({ code: 'PROVIDER_QUOTA', retryAfterMs: 30_000 });
    expect(await errorOf(104)).toMatchObject({ code: 'PROVIDER_QUOTA', retryAfterMs: undefined });
  });

  it('asks a second time after a burst', async () => {
    const clock = new FakeClock();
    const answers = [json(refusal(429), 429), json(record('8.8.8.8'))];
    const { provider, requests } = setUp(() => answers.shift() ?? json({}, 500), { clock });
    const asking = provider.lookup(address, lookupContext({ deadlineAt: clock.now() + 2000 }));
    for (let turn = 0; turn < 100; turn += 1) {
      await new Promise(setImmediate);
      clock.advance(10);
    }
    expect(requests).toHaveLength(2);
    expect((await asking).location?.countryCode).toBe('US');
  });

  it('shows its key in no error and nowhere else', async () => {
    const failing: typeof globalThis.fetch = (input) => Promise.reject(new Error(`No way to ${inspect(input)}`));
    const { provider } = setUp(() => json({}), { fetch: failing });
    const refused = setUp(() => json(refusal(101))).provider;
    const broken = setUp(() => json(KEY, 500)).provider;
    const errors = await Promise.all([provider, refused, broken].map(outcomeOf));
    for (const value of [...errors, provider, ipstack]) {
      const seen = [inspect(value, { depth: null, showHidden: true }), JSON.stringify(value), String(value)];
      expect(seen.join('\n')).not.toContain(KEY);
    }
    expect(errors.every((error) => error instanceof ProviderError && error.cause === undefined)).toBe(true);
  });

  it('turns any JSON into a sound answer or a ProviderError', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('tor', '1/2/26', '9'.repeat(400), 1e308, -1, true));
    const names = ['is_proxy', 'is_tor', 'is_crawler', 'proxy_type', 'crawler_type', 'threat_types', 'vpn_service'];
    const security = fc.dictionary(
      fc.constantFrom('proxy_last_detected', 'threat_level', '__proto__', ...names),
      value,
    );
    const near = fc.record(
      {
        ip: fc.constant('8.8.8.8'),
        country_code: value,
        latitude: value,
        longitude: value,
        connection: fc.oneof(value, fc.record({ asn: value, isp: value, carrier: value })),
        security: fc.oneof(value, security),
        error: value,
      },
      { requiredKeys: ['ip', 'country_code'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), near), async (body) => {
        const outcome = await outcomeOf(setUp(() => json(JSON.stringify(body))).provider);
        expect(outcome instanceof ProviderError || isIntelligence(outcome)).toBe(true);
      }),
    );
  });
});
