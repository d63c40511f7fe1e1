import { inspect } from 'node:util';
import fc from 'fast-check';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { JsonRecord } from '../../../common/json/json-fields.js';
import { FRAUD_SCORECARD } from '../fraud-score.js';
import { isIntelligence, NO_FACTS, type Fact, type FactName, type IpIntelligence } from '../ip-intelligence.js';
import { beltic, type BelticOptions } from './beltic.provider.js';

const KEY = 'k3y-that-nobody-may-see';
const address = parseIpAddress('1.1.1.1') as IpAddress;
/** Leaves no time for a second attempt. */
const hurried = lookupContext({ deadlineAt: 0 });

/** As documented, with Denver at the coordinates of Sydney. */
const SAMPLE = {
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
};

const no = (evidence: string): Fact => ({ value: false, confidence: 0.5, evidence, lastSeen: undefined });
const yes = (evidence: string, confidence = 1): Fact => ({ value: true, confidence, evidence, lastSeen: undefined });

function setUp(body: unknown, status = 200, more: Partial<BelticOptions> = {}) {
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    requests.push(new Request(input, init));
    const headers = { 'content-type': 'application/json' };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.resolve(new Response(text, { status, headers }));
  };
  return { requests, provider: beltic({ key: KEY, clock: new FakeClock(), fetch, ...more }) };
}

const answerTo = async (body: unknown): Promise<IpIntelligence> => setUp(body).provider.lookup(address, hurried);
const outcomeOf = (body: unknown, status?: number): Promise<unknown> =>
  Promise.resolve(setUp(body, status).provider.lookup(address, hurried)).catch((error: unknown) => error);

describe('beltic', () => {
  it('asks by POST with the key in a header and the canonical address in the body', async () => {
    const { provider, requests } = setUp(SAMPLE);
    await provider.lookup(parseIpAddress('2001:DB8:0::1') as IpAddress, lookupContext());
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST https://api.beltic.com/v1/ips/risk']);
    expect(requests[0]?.headers.get('x-api-key')).toBe(KEY);
    expect(requests[0]?.headers.get('content-type')).toBe('application/json');
    expect(await requests[0]?.text()).toBe('{"ip_address":"2001:db8::1"}');
  });

  it('says what the service and the engine need to know', () => {
    const { provider } = setUp(SAMPLE, 200, { id: 'second', dailyBudget: 300 });
    expect(beltic.vendor).toEqual({ name: 'beltic', keyVariable: 'BELTIC_API_KEY', variablePrefix: 'BELTIC' });
    expect(provider).toMatchObject({ id: 'second', kind: 'vendor', source: 'ipqualityscore' });
    expect(provider.scorecard).toBe(FRAUD_SCORECARD);
    expect(provider.limits).toEqual({ dailyBudget: 300 });
    expect(provider.health()).toEqual({ status: 'up', details: {} });
    expect(() => beltic({ key: 'two words' })).toThrow(InvalidConfigurationError);
  });

  it('reads the documented sample field by field, without its point', async () => {
    expect(await answerTo(SAMPLE)).toEqual({
      providerId: 'beltic',
      source: 'ipqualityscore',
      facts: {
        ...NO_FACTS,
        isTorExitNode: no('tor'),
        isAnonymousVpn: no('vpn'),
        isPublicProxy: no('proxy'),
        isAbusive: no('recent_abuse'),
        isKnownCrawler: no('is_crawler'),
        isBot: no('bot_status'),
      },
      location: {
        countryCode: 'US',
        region: 'Colorado',
        city: 'Denver',
        postalCode: undefined,
        latitude: undefined,
        longitude: undefined,
        accuracyRadiusKm: undefined,
        timeZone: 'America/Denver',
      },
      network: { asn: 13335, organization: 'Cloudflare', isp: 'Cloudflare' },
      score: {
        card: FRAUD_SCORECARD,
        rows: [{ code: 'FRAUD_SCORE', points: 0, detail: 'fraud_score 0' }],
      },
    });
  });

  it.each<[JsonRecord, Partial<Record<FactName, Fact>>]>([
    [{ anonymity: { proxy: true, tor: true, active_tor: true } }, { isTorExitNode: yes('active_tor') }],
    [{ anonymity: { proxy: true, tor: true, active_tor: false } }, { isTorExitNode: yes('tor', 0.6) }],
    [{ anonymity: { active_tor: false } }, {}],
    [{ anonymity: { proxy: true, vpn: true, active_vpn: true } }, { isAnonymousVpn: yes('active_vpn') }],
    [{ anonymity: { proxy: true, vpn: true } }, { isAnonymousVpn: yes('vpn', 0.6) }],
    [{ anonymity: { proxy: true, active_vpn: true } }, { isAnonymousVpn: yes('active_vpn') }],
    [
      { anonymity: { proxy: true, vpn: false, tor: false } },
      { isPublicProxy: yes('proxy'), isAnonymousVpn: no('vpn'), isTorExitNode: no('tor') },
    ],
    [{ anonymity: { proxy: true } }, {}],
    [{ anonymity: { proxy: true, vpn: false } }, { isAnonymousVpn: no('vpn') }],
    [{ anonymity: { proxy: 'true', vpn: 1, tor: null } }, {}],
    [{ risk: { recent_abuse: true } }, { isAbusive: yes('recent_abuse') }],
    [{ bot: { is_crawler: true, bot_status: true } }, { isKnownCrawler: yes('is_crawler'), isBot: yes('bot_status') }],
    [{ network: { mobile: true } }, {}],
  ])('reads %j and states nothing else', async (fields, expected) => {
    expect((await answerTo({ address: { country: 'US' }, ...fields })).facts).toEqual({ ...NO_FACTS, ...expected });
  });

  it('passes the fraud_score on as its own', async () => {
    const { score } = await answerTo({ risk: { fraud_score: 89.99 } });
    expect(score?.rows).toEqual([{ code: 'FRAUD_SCORE', points: 89, detail: 'fraud_score 89.99' }]);
    expect(score?.card).toBe(FRAUD_SCORECARD);
  });

  it.each([-0.1, 100.1, '90', null, true, [90], {}])('takes the fraud_score %j for none', async (fraudScore) => {
    const risk = { fraud_score: fraudScore };
    expect((await answerTo({ ...SAMPLE, risk })).score).toBeUndefined();
    expect(await outcomeOf({ risk })).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  });

  it.each([
    [400, { error: 'Invalid IP address format' }, 'PROVIDER_BAD_INPUT'],
    [401, { error: 'Unauthorized' }, 'PROVIDER_UNAUTHORIZED'],
    [429, {}, 'PROVIDER_RATE_LIMITED'],
    [500, 'oops', 'PROVIDER_UNREACHABLE'],
    [200, 'no JSON', 'PROVIDER_BAD_RESPONSE'],
    [200, { error: 'Unauthorized', message: 'Invalid or missing API key' }, 'PROVIDER_BAD_RESPONSE'],
    [200, [SAMPLE], 'PROVIDER_BAD_RESPONSE'],
    [200, {}, 'PROVIDER_BAD_RESPONSE'],
    [200, { risk: [0], network: 'x', address: { country: 'USA' } }, 'PROVIDER_BAD_RESPONSE'],
    [200, '{"__proto__":{"risk":{"fraud_score":1}}}', 'PROVIDER_BAD_RESPONSE'],
    [200, '{"risk":{"__proto__":{"fraud_score":1}}}', 'PROVIDER_BAD_RESPONSE'],
  ])('takes HTTP %i with %j for %s', async (status, body, code) => {
    const error = await outcomeOf(body, status);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code });
  });

  it('shows its key in no error and nowhere else', async () => {
    const failing: typeof globalThis.fetch = (_, init) => Promise.reject(new Error(inspect(init)));
    const provider = beltic({ key: KEY, clock: new FakeClock(), fetch: failing });
    const errors = [
      await Promise.resolve(provider.lookup(address, hurried)).catch((error: unknown) => error),
      await outcomeOf({ error: KEY }, 401),
      await outcomeOf(KEY),
    ];
    for (const value of [...errors, provider, beltic]) {
      const seen = [inspect(value, { depth: null, showHidden: true }), JSON.stringify(value), String(value)];
      expect(seen.join('\n')).not.toContain(KEY);
    }
    expect(errors.every((error) => error instanceof ProviderError && error.cause === undefined)).toBe(true);
  });

  it('turns any JSON into a sound answer or a ProviderError', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(1e308, -0, 12.5, true, 'US', '9'.repeat(400)));
    const part = (fields: object) =>
      fc.oneof(value, fc.dictionary(fc.constantFrom('__proto__', ...Object.keys(fields)), value));
    const near = fc.record(
      Object.fromEntries(Object.entries(SAMPLE).map(([name, fields]) => [name, part(fields)] as const)),
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), near), async (body) => {
        const outcome = await outcomeOf(JSON.stringify(body));
        expect(outcome instanceof ProviderError || isIntelligence(outcome)).toBe(true);
      }),
    );
  });
});
