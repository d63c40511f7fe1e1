import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { LookupContext, VendorQuota } from '../ip-intelligence-provider.js';
import { isIntelligence, type IpIntelligence } from '../ip-intelligence.js';
import { apiverve, type ApiverveOptions } from './apiverve.provider.js';
import { ENDPOINTS, type Endpoint } from './apiverve.response.js';

const KEY = 'apiverve-secret-4711';
const GOOGLE = parseIpAddress('8.8.8.8') as IpAddress;
type Headers = Record<string, string>;

const json = (body: unknown, status = 200, headers: Headers = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const ok = (data: unknown, headers: Headers = {}): Response => json({ status: 'ok', error: null, data }, 200, headers);
const refusal = (status: number, error: string, headers: Headers = {}): Response =>
  json({ status: 'error', error, data: null }, status, headers);

const CLEAN: Readonly<Record<Endpoint, object>> = {
  vpndetector: { ip: '8.8.8.8', is_vpn: false, is_datacenter: true },
  tordetect: { ipAddress: '8.8.8.8', isTor: false },
  ipblacklistlookup: { ipAddress: '8.8.8.8', isIPBlacklisted: false },
  iplookup: { ip: '8.8.8.8', country: 'US' },
};
const HANGS = (): Promise<Response> => new Promise(() => undefined);
const FAILS = (): Promise<Response> => Promise.reject(new TypeError(`fetch failed: ${KEY}`));

type Answers = Partial<Record<Endpoint, (init: RequestInit) => Response | Promise<Response>>>;
const all = (answer: () => Response | Promise<Response>): Answers =>
  Object.fromEntries(ENDPOINTS.map((endpoint) => [endpoint, answer]));

/** A provider whose endpoints answer as told, the others clean, and what it was asked. */
function vendor(answers: Answers = {}, options: Partial<ApiverveOptions> = {}) {
  const clock = new FakeClock();
  const requests: { readonly url: URL; readonly init: RequestInit }[] = [];
  const quotas: VendorQuota[] = [];
  const provider = apiverve({
    key: KEY,
    clock,
    fetch: (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      requests.push({ url, init });
      const endpoint = url.pathname.slice('/v1/'.length) as Endpoint;
      return Promise.resolve(answers[endpoint]?.(init) ?? ok(CLEAN[endpoint]));
    },
    ...options,
  });
  // 60 ms: time for one attempt and none for a second.
  const lookup = (more: Partial<LookupContext> = {}) =>
    provider.lookup(
      GOOGLE,
      lookupContext({ deadlineAt: clock.now() + 60, onQuota: (quota) => quotas.push(quota), ...more }),
    ) as Promise<IpIntelligence>;
  const failure = () =>
    lookup().then(
      () => undefined,
      (error: unknown) => error,
    );
  return { provider, clock, requests, quotas, lookup, failure, answers };
}

describe('apiverve', () => {
  it('is a vendor with its limits and its definition', () => {
    const { provider } = vendor({}, { maxConcurrent: 3 });
    expect(provider).toMatchObject({
      id: 'apiverve',
      kind: 'vendor',
      limits: { creditsPerLookup: 4, maxConcurrent: 3 },
      scorecard: { claimedCountryDiffers: 30 },
    });
    expect(apiverve.vendor).toEqual({ name: 'apiverve', keyVariable: 'APIVERVE_KEY', variablePrefix: 'APIVERVE' });
  });

  it('refuses to start without a key or with fewer requests than a lookup takes', () => {
    expect(() => apiverve({ key: ' ' })).toThrow(InvalidConfigurationError);
    for (const requestsPerMinute of [3, NaN, -1]) {
      expect(() => apiverve({ key: KEY, requestsPerMinute })).toThrow(/requestsPerMinute/);
    }
  });

  it('asks four GETs at once, the key in a header and the address in the query', async () => {
    const { lookup, requests, clock } = vendor();
    expect(await lookup()).toMatchObject({
      providerId: 'apiverve',
      facts: { isAnonymousVpn: { value: false }, isHostingProvider: { value: true }, isTorExitNode: { value: false } },
      location: { countryCode: 'US' },
      score: { rows: [{ code: 'DATACENTER_IP_NON_VPN', points: 45 }] },
    });
    expect(requests.map(({ url }) => url.href)).toEqual([
      'https://api.apiverve.com/v1/vpndetector?ip=8.8.8.8',
      'https://api.apiverve.com/v1/tordetect?ip=8.8.8.8',
      'https://api.apiverve.com/v1/ipblacklistlookup?ip=8.8.8.8',
      'https://api.apiverve.com/v1/iplookup?ip=8.8.8.8',
    ]);
    for (const { init } of requests) {
      expect(init).toMatchObject({ method: 'GET', headers: { 'x-api-key': KEY, accept: 'application/json' } });
    }
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['PROVIDER_UNREACHABLE', FAILS],
    ['PROVIDER_UNREACHABLE', () => refusal(500, 'x')],
    ['PROVIDER_UNAUTHORIZED', () => refusal(401, 'API key is required')],
    ['PROVIDER_QUOTA', () => refusal(429, 'Your credits have been depleted')],
    ['PROVIDER_BAD_RESPONSE', () => ok(null)],
    ['PROVIDER_BAD_RESPONSE', () => ok({ ip: '8.8.4.4', isTor: true })],
    ['PROVIDER_BAD_RESPONSE', () => new Response('<html>')],
    ['PROVIDER_BAD_RESPONSE', () => refusal(200, 'x')],
  ])('fails with %s when every endpoint does', async (code, answer) => {
    expect(await vendor(all(answer)).failure()).toMatchObject({ providerId: 'apiverve', code });
  });

  it('names the most telling failure when all endpoints fail', async () => {
    const telling: [code: string, answer: () => Response | Promise<Response>][] = [
      ['PROVIDER_BAD_INPUT', () => refusal(400, 'Invalid IP')],
      ['PROVIDER_BAD_RESPONSE', () => ok(null)],
      ['PROVIDER_UNREACHABLE', () => refusal(500, 'x')],
      ['PROVIDER_TIMEOUT', () => refusal(408, 'x')],
      ['PROVIDER_RATE_LIMITED', () => refusal(429, 'Rate limit exceeded')],
      ['PROVIDER_QUOTA', () => refusal(402, 'x')],
      ['PROVIDER_UNAUTHORIZED', () => refusal(401, 'x')],
    ];
    for (let rank = 1; rank < telling.length; rank += 1) {
      const [, less] = telling[rank - 1] ?? [];
      const [code, more] = telling[rank] ?? [];
      if (less === undefined || more === undefined) throw new Error('The table has a hole.');
      for (const endpoint of ENDPOINTS) {
        expect(await vendor({ ...all(less), [endpoint]: more }).failure()).toMatchObject({ code });
      }
    }
  });

  it('shows its key nowhere', async () => {
    const { provider, failure } = vendor(all(FAILS));
    for (const value of [provider, await failure(), await vendor(all(() => refusal(401, KEY))).failure()]) {
      expect(inspect(value, { depth: 9, showHidden: true })).not.toContain(KEY);
      expect(JSON.stringify(value)).not.toContain(KEY);
      expect(value instanceof Error ? value.stack : '').not.toContain(KEY);
    }
  });

  it('answers any JSON with a ProviderError or with sound intelligence', async () => {
    const anything = fc.oneof(fc.boolean(), fc.double(), fc.jsonValue()) as fc.Arbitrary<unknown>;
    const names = [
      'is_vpn',
      'isTor',
      'isIPBlacklisted',
      'risk_level',
      'country',
      'coordinates',
      'ipDetails',
      '__proto__',
    ];
    const data = fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] });
    const envelope = fc.record({ status: fc.constantFrom('ok', 'error', null), error: anything, data });
    const body = fc.oneof(fc.jsonValue(), envelope);
    await fc.assert(
      fc.asyncProperty(body, body, fc.constantFrom(200, 429, 402, 400), async (one, other, status) => {
        const { lookup } = vendor({ ...all(() => json(one, status)), tordetect: () => json(other) });
        const answer: unknown = await lookup().catch((error: unknown) => error);
        expect(answer instanceof ProviderError || isIntelligence(answer)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('apiverve in parts', () => {
  it.each(ENDPOINTS)('keeps the others when %s fails', async (endpoint) => {
    const facts = { vpndetector: 'isAnonymousVpn', tordetect: 'isTorExitNode', ipblacklistlookup: 'isBlocklisted' };
    const { lookup, provider } = vendor({ [endpoint]: FAILS });
    expect(provider.health()).toEqual({ status: 'up', details: {} });
    const answer = await lookup();
    for (const [each, fact] of Object.entries(facts)) {
      expect(answer.facts[fact as 'isBlocklisted'] === undefined).toBe(each === endpoint);
    }
    expect(answer.location === undefined).toBe(endpoint === 'iplookup');
    expect(provider.health()).toEqual({
      status: 'degraded',
      details: { partialAnswers: 1, latestAnswers: 1, missing: [endpoint] },
    });
  });

  it('is up again after twenty whole answers', async () => {
    const { lookup, provider, answers } = vendor({ tordetect: FAILS });
    await lookup();
    delete answers.tordetect;
    for (let count = 0; count < 19; count += 1) await lookup();
    expect(provider.health()).toMatchObject({ status: 'degraded', details: { partialAnswers: 1, latestAnswers: 20 } });
    await lookup();
    expect(provider.health()).toEqual({ status: 'up', details: {} });
  });

  it.each([
    ['ignores its signal', HANGS],
    [
      'heeds its signal',
      ({ signal }: RequestInit) =>
        new Promise<Response>((_, reject) => {
          signal?.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    ],
  ])('hands over the other three before the deadline when one hangs that %s', async (_, tordetect) => {
    const { lookup, clock, requests } = vendor({ tordetect });
    let answer: IpIntelligence | undefined;
    void lookup({ deadlineAt: clock.now() + 300 }).then((each) => (answer = each));
    // The timers of the hanging attempt and of the whole.
    while (clock.pending > 2) await setImmediate();
    clock.advance(279);
    await setImmediate();
    expect(answer).toBeUndefined();
    clock.advance(1);
    await setImmediate();
    expect(answer).toMatchObject({
      facts: { isTorExitNode: undefined, isAnonymousVpn: { value: false }, isBlocklisted: { value: false } },
      score: { rows: [{ points: 45 }] },
      isPartial: true,
    });
    expect(requests[1]?.init.signal?.aborted).toBe(true);
  });

  it('times out when all hang, and does not begin what cannot end in time', async () => {
    const { lookup, clock, requests } = vendor(all(HANGS));
    const hanging = lookup({ deadlineAt: clock.now() + 300 });
    clock.advance(280);
    await expect(hanging).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT', wasSent: true });
    expect(requests).toHaveLength(4);
    const unsent = { code: 'PROVIDER_TIMEOUT', wasSent: false };
    await expect(lookup({ deadlineAt: clock.now() + 20 })).rejects.toMatchObject(unsent);
    await expect(lookup({ signal: AbortSignal.abort() })).rejects.toMatchObject(unsent);
    expect(requests).toHaveLength(4);
  });

  it('ends its calls when nobody waits any more', async () => {
    const { lookup, requests } = vendor(all(HANGS));
    const abort = new AbortController();
    const abandoned = lookup({ deadlineAt: Infinity, signal: abort.signal });
    abort.abort();
    await expect(abandoned).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT' });
    expect(requests.map(({ init }) => init.signal?.aborted)).toEqual([true, true, true, true]);
  });
});

describe('apiverve and its limits', () => {
  it('costs the free plan neither a call nor a refusal for the second address in a minute', async () => {
    let left = 5;
    const { lookup, clock, requests } = vendor(
      all(() => {
        left -= 1;
        return ok({}, { 'x-rate-limit-limit': '5', 'x-rate-limit-remaining': String(left) });
      }),
    );
    await lookup();
    clock.advance(1000);
    const held = { code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 60_000, wasSent: false };
    await expect(lookup()).rejects.toMatchObject(held);
    expect(requests).toHaveLength(4);
    clock.advance(60_000);
    left = 5;
    await lookup();
    expect(requests).toHaveLength(8);
  });

  it('holds back two addresses at once where it is told the plan', async () => {
    const { lookup, requests } = vendor({}, { requestsPerMinute: 5 });
    const [first, second] = await Promise.allSettled([lookup(), lookup()]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    expect(requests).toHaveLength(4);
  });

  it('calls nobody until a refusal is over', async () => {
    const { failure, clock, requests } = vendor(
      all(() => refusal(429, 'Rate limit exceeded', { 'retry-after': '30' })),
    );
    await failure();
    clock.advance(29_999);
    expect(await failure()).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 1 });
    expect(requests).toHaveLength(4);
  });

  it('reports the least of the credits that the answers say are left', async () => {
    let left = 100;
    const { lookup, quotas } = vendor(all(() => ok({}, { 'x-api-remaining-tokens': String((left += 7)) })));
    await lookup();
    expect(quotas).toEqual([{ remaining: 107 }]);
  });

  it('takes the refusal of one endpoint for that endpoint’s', async () => {
    const { lookup, quotas } = vendor({ iplookup: () => refusal(402, 'x', { 'x-api-renewal': '2026-01-02' }) });
    expect(await lookup()).toMatchObject({ facts: { isTorExitNode: { value: false } } });
    expect(quotas).toEqual([]);
  });
});
