import { FakeClock } from '../../../test/support/fake-clock.js';
import { lookupContext } from '../../../test/support/lookup-context.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import type { IpIntelligenceProvider } from './ip-intelligence-provider.js';
import {
  accountOf,
  isVendorFactory,
  vendorFactory,
  vendorLimits,
  vendorSetup,
  type VendorDefinition,
  type VendorOptions,
} from './vendor.js';

const EXAMPLE: VendorDefinition = { name: 'example', keyVariable: 'EXAMPLE_API_KEY', variablePrefix: 'EXAMPLE' };
const KEY = 'canary-key-0123456789';

const setup = (options: Partial<VendorOptions> = {}): ReturnType<typeof vendorSetup> =>
  vendorSetup(EXAMPLE, { key: KEY, ...options }, { baseUrl: 'https://api.example.com' });

/** The sentence of a refusal; proves that the key is not in it. */
function refusal(options: object): string {
  try {
    setup(options);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidConfigurationError);
    expect((error as Error).stack).not.toContain('canary');
    return (error as Error).message;
  }
  throw new Error('accepted');
}

describe('vendorSetup', () => {
  it('names the provider after the vendor, unless it is given a name', () => {
    expect([setup().id, setup({ id: 'second' }).id, setup().key]).toEqual(['example', 'second', KEY]);
  });

  it.each([undefined, null, 7, '', 'canary key', ' canary', 'canary\r\nX-Evil: 1', 'canarý', 'canary'.repeat(100)])(
    'refuses %j for a key, and says which variable holds it',
    (key) => {
      expect(refusal({ key })).toMatch(/^example: the key \(EXAMPLE_API_KEY\)/);
    },
  );

  it.each([0, -1, NaN, Infinity, 60_001])('refuses a timeout of %d', (timeoutMs) => {
    expect(refusal({ timeoutMs })).toMatch(/^example: timeoutMs \(EXAMPLE_TIMEOUT_MS\)/);
  });

  it.each(['http://api.example.com', 'https://canary@api.example.com', 'https://api.example.com?key=canary', 'canary'])(
    'refuses the base URL %s',
    (baseUrl) => {
      expect(refusal({ baseUrl })).toMatch(/^example: baseUrl \(EXAMPLE_BASE_URL\)/);
    },
  );

  it('asks the vendor where the options say, with the options’ fetch and clock', async () => {
    const asked: unknown[] = [];
    const fetch: typeof globalThis.fetch = (url) => {
      asked.push(url);
      return new Promise(() => undefined);
    };
    const clock = new FakeClock();
    const { http } = setup({ baseUrl: 'http://localhost:9/x/', timeoutMs: 700, clock, fetch, id: 'mine' });
    const calling = http.call({ path: '/y' }, lookupContext());
    clock.advance(700);
    await expect(calling).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT', providerId: 'mine' });
    expect(asked).toEqual(['http://localhost:9/x/y']);
  });

  it('reads failures as the vendor writes them', async () => {
    const fetch: typeof globalThis.fetch = () => Promise.resolve(new Response('no'));
    const failureIn = () => ({ code: 'PROVIDER_QUOTA' }) as const;
    const { http } = vendorSetup(EXAMPLE, { key: KEY, fetch }, { baseUrl: 'https://api.example.com', failureIn });
    await expect(http.call({ path: '/' }, lookupContext())).rejects.toMatchObject({ code: 'PROVIDER_QUOTA' });
  });
});

describe('vendorLimits', () => {
  it('lets the options go before the vendor’s own, and leaves it to the deadline what is slow', () => {
    const own = { maxConcurrent: 4, creditsPerLookup: 2, dailyBudget: 9 };
    expect(vendorLimits({ key: KEY }, own)).toEqual(own);
    expect(vendorLimits({ key: KEY, timeoutMs: 700, maxConcurrent: 8, dailyBudget: 0, slowCallMs: 200 }, own)).toEqual({
      maxConcurrent: 8,
      creditsPerLookup: 2,
      dailyBudget: 0,
      slowCallMs: 200,
    });
    expect(vendorLimits({ key: KEY }, { slowCallMs: 300 }).slowCallMs).toBe(300);
  });
});

describe('vendorFactory', () => {
  const provider = { id: 'example' } as IpIntelligenceProvider;
  const factory = vendorFactory(EXAMPLE, ({ id }) => ({ ...provider, id: id ?? 'none' }));

  it('makes providers, and says how the service finds them', () => {
    expect(factory({ key: KEY, id: 'a' }).id).toBe('a');
    expect(factory.vendor).toBe(EXAMPLE);
  });

  it('tells accounts apart by key and base URL, the same in every process, and shows no key', () => {
    const account = accountOf(factory({ key: KEY }));
    expect(account).toMatch(/^[\da-f]{12}$/);
    expect(accountOf(factory({ key: KEY, id: 'another', timeoutMs: 7, dailyBudget: 9 }))).toBe(account);
    const others = [{ key: `${KEY}x` }, { key: KEY, baseUrl: 'https://eu.example.com' }];
    expect(new Set([account, ...others.map((options) => accountOf(factory(options)))]).size).toBe(3);
    expect(accountOf(provider)).toBe('');
  });

  it('is told from anything else', () => {
    expect([factory, () => provider, EXAMPLE, { vendor: EXAMPLE }, undefined, null].map(isVendorFactory)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
