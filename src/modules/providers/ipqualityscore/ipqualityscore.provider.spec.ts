import { inspect } from 'node:util';
import fc from 'fast-check';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import { FACT_NAMES, isIntelligence, type FactName, type IpIntelligence } from '../ip-intelligence.js';
import { isVendorFactory } from '../vendor.js';
import { ipqualityscore, type IpqualityscoreOptions } from './ipqualityscore.provider.js';

const KEY = 'canary-key-0123456789';

/** An answer of a paid plan about an address without a mark. */
const BODY = {
  success: true,
  message: 'Success',
  fraud_score: 0,
  country_code: 'US',
  region: 'Colorado',
  city: 'Denver',
  ISP: 'Example Cable',
  ASN: 64500,
  organization: 'Example Cable LLC',
  is_crawler: false,
  timezone: 'America/Denver',
  mobile: true,
  host: 'host.example.net',
  proxy: false,
  vpn: false,
  tor: false,
  active_vpn: false,
  active_tor: false,
  recent_abuse: false,
  bot_status: false,
  connection_type: 'Residential',
  abuse_velocity: 'none',
  zip_code: '80202',
  latitude: 39.75,
  longitude: -105,
  request_id: 'a1b2',
};

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

describe('ipqualityscore', () => {
  let asked: { url: string; init: RequestInit }[];

  beforeEach(() => {
    asked = [];
  });

  function provider(
    body: unknown,
    init: Reply = {},
    more: Partial<IpqualityscoreOptions> = {},
  ): IpIntelligenceProvider {
    const fetch: typeof globalThis.fetch = (url, sent = {}) => {
      asked.push({ url: url as string, init: sent });
      const headers = { 'content-type': 'application/json', ...init.headers };
      return Promise.resolve(new Response(JSON.stringify(body), { ...init, headers }));
    };
    return ipqualityscore({ key: KEY, clock: new FakeClock(), fetch, ...more });
  }

  async function ask(changes: object = {}): Promise<IpIntelligence> {
    return provider({ ...BODY, ...changes }).lookup(address('8.8.8.8'), lookupContext());
  }

  async function failure(body: unknown, init: Reply = {}): Promise<ProviderError> {
    const error: unknown = await Promise.resolve(
      provider(body, init).lookup(address('8.8.8.8'), lookupContext({ deadlineAt: 0 })),
    ).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ProviderError);
    const seen = [(error as Error).stack, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })];
    expect(seen.join('\n')).not.toMatch(/canary-key|www\.ipqualityscore/);
    return error as ProviderError;
  }

  describe('asking', () => {
    it('sends the key in a header and never in the URL, and asks for the mildest reading', async () => {
      await provider(BODY).lookup(address('2001:db8::1'), lookupContext());
      const url = new URL(asked[0]?.url ?? '');
      expect(url.origin + url.pathname).toBe('https://www.ipqualityscore.com/api/json/ip');
      expect(Object.fromEntries(url.searchParams)).toEqual({
        ip: '2001:db8::1',
        strictness: '0',
        allow_public_access_points: 'true',
        lighter_penalties: 'true',
      });
      expect(asked[0]?.init.headers).toMatchObject({ 'IPQS-KEY': KEY });
      expect(url.href).not.toContain('canary-key');
    });

    it('asks for a stricter reading where the options want it', async () => {
      const options = { strictness: 3, allowPublicAccessPoints: false, lighterPenalties: false };
      await provider(BODY, {}, options).lookup(address('8.8.8.8'), lookupContext());
      expect(asked[0]?.url).toContain('strictness=3&allow_public_access_points=false&lighter_penalties=false');
      for (const strictness of [-1, 4, 0.5, NaN]) {
        expect(() => provider(BODY, {}, { strictness })).toThrow(InvalidConfigurationError);
      }
    });

    it('is a vendor under its own name, and shows no key', () => {
      const made = provider({}, {}, { maxConcurrent: 3 });
      expect(made).toMatchObject({ id: 'ipqualityscore', kind: 'vendor', limits: { maxConcurrent: 3 } });
      expect(made).toMatchObject({ source: 'ipqualityscore' });
      expect(made.health()).toEqual({ status: 'up', details: {} });
      expect(inspect(made, { depth: 9, showHidden: true }) + JSON.stringify(made)).not.toContain('canary-key');
      expect(isVendorFactory(ipqualityscore) && ipqualityscore.vendor).toEqual({
        name: 'ipqualityscore',
        keyVariable: 'IPQS_API_KEY',
        variablePrefix: 'IPQS',
      });
    });
  });

  describe('facts', () => {
    const valueOf = async (name: FactName, changes: object): Promise<unknown> =>
      (await ask(changes)).facts[name]?.value;

    it('says what the answer says, and leaves the user agent’s `mobile` alone', async () => {
      const answer = await ask();
      const values = Object.fromEntries(FACT_NAMES.map((name) => [name, answer.facts[name]?.value]));
      expect(values).toEqual({
        isTorExitNode: false,
        isAnonymousVpn: false,
        isPublicProxy: false,
        isHostingProvider: false,
        isKnownCrawler: false,
        isAbusive: false,
        isBot: false,
      });
      // Beltic resells the score: both are one voice.
      expect(answer.source).toBe('ipqualityscore');
      expect(answer.network).toEqual({ asn: 64500, organization: 'Example Cable LLC', isp: 'Example Cable' });
      expect(answer.location).toEqual({
        countryCode: 'US',
        region: 'Colorado',
        city: 'Denver',
        postalCode: '80202',
        latitude: 39.75,
        longitude: -105,
        accuracyRadiusKm: undefined,
        timeZone: 'America/Denver',
      });
    });

    it.each([
      ['tor', 'isTorExitNode'],
      ['vpn', 'isAnonymousVpn'],
    ] as const)('is sure of an active %s, and less of one that is only suspected', async (name, fact) => {
      const stated = async (changes: object): Promise<unknown> => {
        const { value, confidence } = (await ask(changes)).facts[fact] ?? {};
        return [value, confidence];
      };
      const active = `active_${name}`;
      expect(await stated({ [name]: true, [active]: true })).toEqual([true, 1]);
      expect(await stated({ [name]: false, [active]: true })).toEqual([true, 1]);
      expect(await stated({ [name]: true, [active]: false })).toEqual([true, 0.6]);
      expect(await stated({ [name]: true, [active]: 'Premium required.' })).toEqual([true, 0.6]);
      expect(await stated({ [name]: 'Premium required.', [active]: false })).toEqual([undefined, undefined]);
    });

    it('calls it a proxy only where it is neither a VPN nor Tor', async () => {
      expect(await valueOf('isPublicProxy', { proxy: true })).toBe(true);
      for (const other of ['vpn', 'tor', 'active_vpn', 'active_tor']) {
        expect(await valueOf('isPublicProxy', { proxy: true, [other]: true })).toBeUndefined();
      }
      expect(await valueOf('isPublicProxy', { proxy: true, vpn: 'N/A' })).toBeUndefined();
      expect(await valueOf('isPublicProxy', { proxy: 'N/A' })).toBeUndefined();
    });

    it('reads abuse, crawlers and bots', async () => {
      expect(await valueOf('isAbusive', { recent_abuse: true })).toBe(true);
      expect(await valueOf('isKnownCrawler', { is_crawler: true })).toBe(true);
      expect(await valueOf('isBot', { bot_status: true })).toBe(true);
    });

    it.each([
      ['Data Center', true, undefined],
      ['Residential', false, undefined],
      ['Mobile', false, true],
      ['Corporate', undefined, undefined],
      ['Education', undefined, undefined],
      ['Premium required.', undefined, undefined],
    ])('reads the connection "%s"', async (connection_type, isHosting, isMobile) => {
      const { facts } = await ask({ connection_type });
      expect([facts.isHostingProvider?.value, facts.isMobile?.value]).toEqual([isHosting, isMobile]);
    });

    it.each(['Premium required.', 'N/A', 'n/a', null])('takes %p for unknown everywhere', async (mask) => {
      const answer = await ask(
        Object.fromEntries(Object.keys(BODY).map((name) => [name, name === 'success' ? true : mask])),
      );
      expect(FACT_NAMES.every((name) => answer.facts[name] === undefined)).toBe(true);
      const known = [...Object.values(answer.location ?? {}), ...Object.values(answer.network ?? {}), answer.score];
      expect(known.every((value) => value === undefined)).toBe(true);
    });

    it('takes half a point, a point off the globe and a zone with blanks for none', async () => {
      for (const changes of [{ latitude: 'N/A' }, { longitude: 181 }, { latitude: -90.5 }, { latitude: '39.75' }]) {
        expect((await ask(changes)).location).toMatchObject({ latitude: undefined, longitude: undefined });
      }
      expect((await ask({ timezone: 'America Matamoros' })).location?.timeZone).toBeUndefined();
    });

    it.each([0, -1, 1.5, 4_294_967_296, '64500'])('takes %p for no network number', async (ASN) => {
      expect((await ask({ ASN })).network?.asn).toBeUndefined();
    });
  });

  describe('score', () => {
    it('passes the fraud_score on as its own', async () => {
      const { score } = await ask({ fraud_score: 89.9 });
      expect(score?.rows).toEqual([{ code: 'FRAUD_SCORE', points: 89, detail: 'fraud_score 89.9' }]);
      expect(score?.card).toBe(provider({}).scorecard);
    });

    it.each([null, '75', -1, 100.1])('takes %p for no score', async (fraud_score) => {
      expect((await ask({ fraud_score })).score).toBeUndefined();
    });
  });

  describe('failures', () => {
    it.each([
      [
        'You have exceeded your request quota of 200 per day. Please upgrade to increase your request quota.',
        'PROVIDER_QUOTA',
      ],
      ['You have insufficient credits to make this query.', 'PROVIDER_QUOTA'],
      ['Invalid or unauthorized key. Please check the API key and try again.', 'PROVIDER_UNAUTHORIZED'],
      ['You are unauthorized to use this.', 'PROVIDER_UNAUTHORIZED'],
      ['Invalid IPv4 address, IPv6 address or hostname supplied.', 'PROVIDER_BAD_INPUT'],
      ['Invalid IP address.', 'PROVIDER_BAD_INPUT'],
      ['Something went wrong.', 'PROVIDER_BAD_RESPONSE'],
    ])('names "%s", which comes with HTTP 200', async (message, code) => {
      expect((await failure({ success: false, message, fraud_score: 0 })).code).toBe(code);
      expect(asked).toHaveLength(1);
    });

    it.each([{}, [], null, { fraud_score: 0 }, { ...BODY, success: 'true' }, { ...BODY, success: 0 }])(
      'takes %j, which does not say that it succeeded, for no answer',
      async (body) => {
        expect((await failure(body)).code).toBe('PROVIDER_BAD_RESPONSE');
      },
    );

    it('believes the HTTP status where the message says nothing', async () => {
      expect((await failure({ success: false }, { status: 503 })).code).toBe('PROVIDER_UNREACHABLE');
      expect((await failure(BODY, { status: 429, headers: { 'retry-after': '3' } })).retryAfterMs).toBe(3000);
      expect((await failure({ success: false, message: 'exceeded your request quota' }, { status: 429 })).code).toBe(
        'PROVIDER_QUOTA',
      );
    });

    it('answers any JSON with intelligence of the promised form or with a ProviderError', async () => {
      const anyField = (name: string): fc.Arbitrary<unknown> =>
        fc.oneof(
          fc.jsonValue(),
          fc.constant(BODY[name as keyof typeof BODY]),
          fc.constantFrom('N/A', 'Premium required.'),
        );
      const fields = Object.fromEntries(Object.keys(BODY).map((name) => [name, anyField(name)]));
      const anyAnswer = fc.record(fields, { requiredKeys: [] }).map((body) => ({ ...body, success: true }));
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.jsonValue(), anyAnswer), fc.constantFrom(200, 200, 500), async (body, status) => {
          try {
            const context = lookupContext({ deadlineAt: 0 });
            expect(isIntelligence(await provider(body, { status }).lookup(address('8.8.8.8'), context))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(ProviderError);
          }
        }),
      );
    });
  });
});
