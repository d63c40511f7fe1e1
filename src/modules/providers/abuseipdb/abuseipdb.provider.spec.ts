import { inspect } from 'node:util';
import fc from 'fast-check';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext, VendorQuota } from '../ip-intelligence-provider.js';
import { FACT_NAMES, isIntelligence, type Fact, type FactName, type IpIntelligence } from '../ip-intelligence.js';
import { bandOf, onOurScale, pointsOf, type ProviderScore } from '../provider-score.js';
import { isVendorFactory } from '../vendor.js';
import { abuseipdb, type AbuseipdbOptions } from './abuseipdb.provider.js';

const KEY = 'canary-key-0123456789';
const IP = '118.25.6.39';

/** An answer with every field that the vendor documents. */
const DATA = {
  ipAddress: IP,
  isPublic: true,
  ipVersion: 4,
  isWhitelisted: false,
  abuseConfidenceScore: 87,
  countryCode: 'CN',
  usageType: 'Data Center/Web Hosting/Transit',
  isp: 'Example Cloud Computing',
  domain: 'example.cn',
  hostnames: [],
  isTor: false,
  totalReports: 12,
  numDistinctUsers: 7,
  lastReportedAt: '2025-12-20T20:55:14+00:00',
};

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

describe('abuseipdb', () => {
  let clock: FakeClock;
  let asked: { url: string; init: RequestInit }[];

  beforeEach(() => {
    clock = new FakeClock('2026-01-01T12:00:00Z');
    asked = [];
  });

  function provider(body: unknown, init: Reply = {}, more: Partial<AbuseipdbOptions> = {}): IpIntelligenceProvider {
    const fetch: typeof globalThis.fetch = (url, sent = {}) => {
      asked.push({ url: url as string, init: sent });
      const headers = { 'content-type': 'application/json', ...init.headers };
      return Promise.resolve(new Response(JSON.stringify(body), { ...init, headers }));
    };
    return abuseipdb({ key: KEY, clock, fetch, ...more });
  }

  async function ask(data: object = {}, ip = IP): Promise<IpIntelligence> {
    return provider({ data: { ...DATA, ...data } }).lookup(address(ip), lookupContext());
  }

  const factOf = async (name: FactName, data: object): Promise<Fact | undefined> => (await ask(data)).facts[name];

  async function failure(
    body: unknown,
    init: Reply = {},
    context: Partial<LookupContext> = {},
  ): Promise<ProviderError> {
    const error: unknown = await Promise.resolve(
      provider(body, init).lookup(address(IP), lookupContext({ deadlineAt: clock.now(), ...context })),
    ).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ProviderError);
    const seen = [(error as Error).stack, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })];
    expect(seen.join('\n')).not.toMatch(/canary-key|api\.abuseipdb/);
    return error as ProviderError;
  }

  describe('asking', () => {
    it('sends the address and the age in the query, and the key in a header only', async () => {
      await provider({ data: { ...DATA, ipAddress: '2001:4860::8888' } }).lookup(
        address('2001:4860:0::8888'),
        lookupContext(),
      );
      expect(asked[0]?.url).toBe(
        'https://api.abuseipdb.com/api/v2/check?ipAddress=2001%3A4860%3A%3A8888&maxAgeInDays=90',
      );
      expect(asked[0]?.init.headers).toMatchObject({ Key: KEY, accept: 'application/json' });
    });

    it('takes another age of 1-365 days', async () => {
      await provider({ data: DATA }, {}, { maxAgeInDays: 30 }).lookup(address(IP), lookupContext());
      expect(asked[0]?.url).toContain('maxAgeInDays=30');
      for (const maxAgeInDays of [0, 366, 1.5, NaN]) {
        expect(() => provider({}, {}, { maxAgeInDays })).toThrow(InvalidConfigurationError);
      }
    });

    it('is a vendor under its own name, and shows no key', () => {
      const made = provider({}, {}, { dailyBudget: 900 });
      expect(made).toMatchObject({ id: 'abuseipdb', kind: 'vendor', limits: { dailyBudget: 900 } });
      expect(made.health()).toEqual({ status: 'up', details: {} });
      expect(inspect(made, { depth: 9, showHidden: true }) + JSON.stringify(made)).not.toContain('canary-key');
      expect(isVendorFactory(abuseipdb) && abuseipdb.vendor).toEqual({
        name: 'abuseipdb',
        keyVariable: 'ABUSEIPDB_API_KEY',
        variablePrefix: 'ABUSEIPDB',
      });
    });
  });

  describe('facts', () => {
    it('says what the answer says, and nothing else', async () => {
      const answer = await ask();
      expect(FACT_NAMES.filter((name) => answer.facts[name] !== undefined)).toEqual([
        'isTorExitNode',
        'isHostingProvider',
        'isAbusive',
      ]);
      expect(answer.facts).toMatchObject({
        isTorExitNode: { value: false },
        isHostingProvider: { value: true, confidence: 1 },
        isAbusive: { value: true, confidence: 0.87, lastSeen: '2025-12-20' },
      });
      expect(answer.location?.countryCode).toBe('CN');
      expect(answer.network).toEqual({ asn: undefined, organization: 'example.cn', isp: 'Example Cloud Computing' });
      expect(answer.source).toBeUndefined();
    });

    it('takes a Tor exit for one', async () => {
      expect(await factOf('isTorExitNode', { isTor: true })).toMatchObject({ value: true, confidence: 1 });
      expect(await factOf('isTorExitNode', { isTor: null })).toBeUndefined();
    });

    it.each([
      [100, true, 1],
      [25, true, 0.25],
      [24, undefined, undefined],
      [1, undefined, undefined],
      [0, false, 0.5],
    ])('takes a confidence of %d for abusive: %p', async (abuseConfidenceScore, value, confidence) => {
      const fact = await factOf('isAbusive', { abuseConfidenceScore });
      expect([fact?.value, fact?.confidence]).toEqual([value, confidence]);
    });

    it('does not call a whitelisted network abusive, however often it is reported', async () => {
      const answer = await ask({ isWhitelisted: true, abuseConfidenceScore: 100 });
      expect(answer.facts.isAbusive).toMatchObject({ value: false });
      expect(pointsOf(answer.score as ProviderScore)).toBe(0);
    });

    it.each([
      ['Data Center/Web Hosting/Transit', true, undefined, undefined],
      ['Fixed Line ISP', false, undefined, undefined],
      ['Mobile ISP', false, true, undefined],
      ['Search Engine Spider', undefined, undefined, true],
      ['Content Delivery Network', undefined, undefined, undefined],
      ['Commercial', undefined, undefined, undefined],
      [null, undefined, undefined, undefined],
    ])('reads the usage "%s"', async (usageType, isHosting, isMobile, isCrawler) => {
      const { facts } = await ask({ usageType });
      expect([facts.isHostingProvider?.value, facts.isMobile?.value, facts.isKnownCrawler?.value]).toEqual([
        isHosting,
        isMobile,
        isCrawler,
      ]);
    });

    it('leaves unknown what is null', async () => {
      const nothing = Object.fromEntries(Object.keys(DATA).map((name) => [name, null]));
      const answer = await ask({ ...nothing, ipAddress: IP });
      expect(FACT_NAMES.every((name) => answer.facts[name] === undefined)).toBe(true);
      expect([answer.location, answer.network, answer.score]).toEqual([undefined, undefined, undefined]);
    });
  });

  describe('score', () => {
    it.each([
      [0, 'allow', 0],
      [24, 'allow', 19],
      [25, 'monitor', 20],
      [74, 'monitor', 44],
      [75, 'challenge', 45],
      [99, 'challenge', 78],
      [100, 'challenge', 79],
    ])('reads %d as %s, and nobody is blocked for it alone', async (abuseConfidenceScore, action, ours) => {
      const { score } = (await ask({ abuseConfidenceScore })) as { score: ProviderScore };
      expect(score.rows).toEqual([
        {
          code: 'ABUSE_CONFIDENCE',
          points: abuseConfidenceScore,
          detail: `abuseConfidenceScore ${abuseConfidenceScore}`,
        },
      ]);
      expect(bandOf(score.card, pointsOf(score)).action).toBe(action);
      expect(onOurScale(score.card, pointsOf(score))).toBe(ours);
      expect(score.card).toBe(provider({}).scorecard);
    });

    it.each([null, '87', -1, 101, undefined])('takes %p for no score', async (abuseConfidenceScore) => {
      expect((await ask({ abuseConfidenceScore })).score).toBeUndefined();
    });
  });

  describe('failures', () => {
    const errors = (status: number, detail: string): unknown => ({ errors: [{ detail, status }] });

    it.each(['8.8.8.8', '', null, 'nonsense', 118])(
      'refuses an answer about %p, who was not asked about',
      async (ipAddress) => {
        expect((await failure({ data: { ...DATA, ipAddress } })).code).toBe('PROVIDER_BAD_RESPONSE');
      },
    );

    it('knows the asked address in another spelling', async () => {
      expect((await ask({ ipAddress: '2001:0DB8:0:0::1' }, '2001:db8::1')).providerId).toBe('abuseipdb');
    });

    it.each([
      [401, 'Authentication failed. Your API key is either missing, incorrect, or revoked.', 'PROVIDER_UNAUTHORIZED'],
      [422, 'The ip address must be a valid IPv4 or IPv6 address.', 'PROVIDER_BAD_INPUT'],
      [200, 'Something else.', 'PROVIDER_BAD_RESPONSE'],
    ])('names HTTP %i', async (status, detail, code) => {
      expect((await failure(errors(status, detail), { status })).code).toBe(code);
    });

    it('tells a spent day, until which it waits, from a burst', async () => {
      const spent = {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Date.parse('2026-01-01T17:00:00Z') / 1000),
      };
      expect(await failure(errors(429, 'Too many.'), { status: 429, headers: spent })).toMatchObject({
        code: 'PROVIDER_QUOTA',
        retryAfterMs: 5 * 3_600_000,
      });
      expect(
        await failure(errors(429, 'Daily rate limit of 1000 requests exceeded for this endpoint.'), { status: 429 }),
      ).toMatchObject({ code: 'PROVIDER_QUOTA', retryAfterMs: undefined });
      const burst = { 'x-ratelimit-remaining': '400', 'retry-after': '2' };
      expect(await failure(errors(429, 'Too many.'), { status: 429, headers: burst })).toMatchObject({
        code: 'PROVIDER_RATE_LIMITED',
        retryAfterMs: 2000,
      });
    });

    it('believes Retry-After before a reset time, and no reset that is past', async () => {
      const both = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1', 'retry-after': '29241' };
      expect((await failure({}, { status: 429, headers: both })).retryAfterMs).toBe(29_241_000);
      const past = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' };
      expect((await failure({}, { status: 429, headers: past })).retryAfterMs).toBeUndefined();
    });

    it('hands on what is left of the day', async () => {
      const quotas: VendorQuota[] = [];
      const context = lookupContext({ onQuota: (quota) => quotas.push(quota) });
      await provider({ data: DATA }, { headers: { 'x-ratelimit-remaining': '998' } }).lookup(address(IP), context);
      await provider({ data: DATA }).lookup(address(IP), context);
      expect(quotas).toEqual([{ remaining: 998, resetAfterMs: undefined }]);
    });

    it('answers any JSON with intelligence of the promised form or with a ProviderError', async () => {
      const anyData = fc.record(
        Object.fromEntries(
          Object.keys(DATA).map((name) => [
            name,
            fc.oneof(fc.jsonValue(), fc.constant(DATA[name as keyof typeof DATA])),
          ]),
        ),
        { requiredKeys: [] },
      );
      const anyBody = fc.oneof(
        fc.jsonValue(),
        fc.record({ data: fc.jsonValue() }),
        anyData.map((data) => ({ data: { ...data, ipAddress: IP } })),
      );
      await fc.assert(
        fc.asyncProperty(anyBody, fc.constantFrom(200, 200, 401, 429), async (body, status) => {
          try {
            const context = lookupContext({ deadlineAt: clock.now() });
            expect(isIntelligence(await provider(body, { status }).lookup(address(IP), context))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(ProviderError);
          }
        }),
      );
    });
  });
});
