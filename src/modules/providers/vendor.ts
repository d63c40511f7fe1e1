import { createHmac } from 'node:crypto';
import { systemClock, type Clock } from '../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { vendorBaseUrl } from '../../common/http/vendor-base-url.js';
import type { FailureReader } from '../../common/http/vendor-answer.js';
import { VendorHttpClient } from '../../common/http/vendor-http-client.js';
import type { IpIntelligenceProvider, ProviderLimits } from './ip-intelligence-provider.js';

/** Settings that every vendor's factory takes beside its own. */
export interface VendorOptions {
  /** The vendor's API key. Kept private: it appears in no error, log or report. */
  readonly key: string;
  /** Unique among the configured providers. @default the vendor's name */
  readonly id?: string;
  /** Where the vendor is asked; https, or http to a host of one's own. @default the vendor's */
  readonly baseUrl?: string;
  /** Milliseconds for one attempt; the deadline of the whole lookup ends it earlier. @default 1500 */
  readonly timeoutMs?: number;
  /** Credits that may be spent in a day (UTC). @default no limit */
  readonly dailyBudget?: number;
  /** Lookups at the same time. More wait for a place while their deadline lasts, four for each at most. @default 25 */
  readonly maxConcurrent?: number;
  /** Milliseconds from which an answer is slow; a vendor all of whose answers are is cut off. @default 0.8 of the lookup's deadline */
  readonly slowCallMs?: number;
  readonly clock?: Clock;
  readonly fetch?: typeof globalThis.fetch;
}

/** What the service needs to know to set a vendor up by environment. */
export interface VendorDefinition {
  /** In `IP_RISK_PROVIDERS`. */
  readonly name: string;
  /** The variable that holds the key. */
  readonly keyVariable: string;
  /** Begins the names of its other variables: `IPSTACK` for `IPSTACK_BASE_URL`. */
  readonly variablePrefix: string;
}

/** Makes a provider out of settings, and says how the service finds them. */
export interface VendorFactory<Options extends VendorOptions = VendorOptions> {
  (options: Options): IpIntelligenceProvider;
  readonly vendor: VendorDefinition;
}

/** A vendor's door: its factory with its definition. */
export function vendorFactory<Options extends VendorOptions>(
  vendor: VendorDefinition,
  create: (options: Options) => IpIntelligenceProvider,
): VendorFactory<Options> {
  const make = (options: Options): IpIntelligenceProvider => {
    const provider = create(options);
    configurations.set(provider, configurationIn(options));
    accounts.set(provider, accountIn(options));
    return provider;
  };
  return Object.assign(make, { vendor });
}

const configurations = new WeakMap<IpIntelligenceProvider, string>();
/** Settings that change no answer. */
const NO_CONFIGURATION = [
  ...['key', 'clock', 'fetch', 'timeoutMs', 'dailyBudget', 'maxConcurrent', 'slowCallMs'],
  'requestsPerMinute',
];

function configurationIn(options: VendorOptions): string {
  const told = Object.entries(options).filter(
    ([name, value]) => value !== undefined && !NO_CONFIGURATION.includes(name),
  );
  return JSON.stringify(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The settings of a provider that change what it answers. */
export function configurationOf(provider: IpIntelligenceProvider): string {
  return provider.configuration ?? configurations.get(provider) ?? '';
}

const accounts = new WeakMap<IpIntelligenceProvider, string>();

function accountIn({ key, baseUrl = '' }: VendorOptions): string {
  return createHmac('sha256', 'ip-risk vendor account').update(`${key}\0${baseUrl}`).digest('hex').slice(0, 12);
}

/**
 * Tells accounts at a vendor apart without naming them: the same for the same key and base URL in every process, '' where
 * the provider is not out of a vendor's factory. Vendors' keys are long and random, so nobody finds one by trying.
 */
export function accountOf(provider: IpIntelligenceProvider): string {
  return accounts.get(provider) ?? '';
}

export function isVendorFactory(value: unknown): value is VendorFactory {
  return typeof value === 'function' && 'vendor' in value;
}

const DEFAULT_VENDOR_TIMEOUT_MS = 1500;

/** The vendor's id, checked key and HTTP client, out of its options. @throws InvalidConfigurationError */
export function vendorSetup(
  { name, variablePrefix, keyVariable }: VendorDefinition,
  options: VendorOptions,
  defaults: { readonly baseUrl: string; readonly failureIn?: FailureReader },
): { readonly id: string; readonly key: string; readonly http: VendorHttpClient } {
  const { id = name, timeoutMs = DEFAULT_VENDOR_TIMEOUT_MS, clock = systemClock, fetch = globalThis.fetch } = options;
  const key: unknown = options.key;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(key)) {
    throw new InvalidConfigurationError(
      `${name}: the key (${keyVariable}) is missing or holds blanks or other signs no key has.`,
    );
  }
  if (!(timeoutMs > 0 && timeoutMs <= 60_000)) {
    throw new InvalidConfigurationError(
      `${name}: timeoutMs (${variablePrefix}_TIMEOUT_MS) must be a number from 1 to 60000.`,
    );
  }
  const baseUrl = vendorBaseUrl(options.baseUrl ?? defaults.baseUrl, `${name}: baseUrl (${variablePrefix}_BASE_URL)`);
  const { failureIn } = defaults;
  const http = new VendorHttpClient({
    providerId: id,
    baseUrl,
    timeoutMs,
    clock,
    fetch,
    ...(failureIn === undefined ? {} : { failureIn }),
  });
  return { id, key, http };
}

/** The limits that the options set, over the vendor's own. */
export function vendorLimits(options: VendorOptions, own: ProviderLimits = {}): ProviderLimits {
  const { dailyBudget, maxConcurrent, slowCallMs } = options;
  return {
    ...own,
    ...(slowCallMs === undefined ? {} : { slowCallMs }),
    ...(dailyBudget === undefined ? {} : { dailyBudget }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
  };
}
