import type { MaybePromise } from '../../common/async/maybe-promise.js';
import type { ProviderError } from '../../common/errors/ip-risk.error.js';
import type { CallContext } from '../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import type { IpIntelligence } from './ip-intelligence.js';
import type { ProviderScorecard } from './provider-score.js';

/** `up` answers with all it has, `degraded` with less than configured, `down` not at all. */
export type ProviderStatus = 'up' | 'degraded' | 'down';

export interface ProviderHealth {
  readonly status: ProviderStatus;
  /** Facts for operators: data dates, ages, counts. Never a key, a URL or a path. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a vendor says is left of its quota. */
export interface VendorQuota {
  /** Credits left; 0 pauses the vendor until `resetAfterMs` is over. */
  readonly remaining: number;
  /** Milliseconds until it is renewed. @default until the next day begins in UTC */
  readonly resetAfterMs?: number | undefined;
}

export interface LookupContext extends CallContext {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Takes what an answer says about the quota. */
  readonly onQuota: (quota: VendorQuota) => void;
}

/** What keeps a vendor from harming the requests that wait for it, and from costing more than it may. */
export interface ProviderLimits {
  /** Lookups at the same time. More wait for a place while their deadline lasts, four for each at most. @default 25 */
  readonly maxConcurrent?: number;
  /** Milliseconds from which an answer is slow; a vendor all of whose answers are is cut off. @default 0.8 of the lookup's deadline */
  readonly slowCallMs?: number;
  /** Credits that one lookup costs. @default 1 */
  readonly creditsPerLookup?: number;
  /** Whether the vendor takes credits for an address that it does not accept. @default true */
  readonly chargesBadInput?: boolean;
  /** Credits that may be spent in a day (UTC). @default no limit */
  readonly dailyBudget?: number;
}

/** Asks about many addresses in one call. */
export interface BulkLookup {
  /** Most addresses of one call. */
  readonly size: number;
  /**
   * @returns one entry for each address, in their order.
   * @throws ProviderError when the call as a whole failed.
   */
  lookup(addresses: readonly IpAddress[], context: LookupContext): Promise<readonly (IpIntelligence | ProviderError)[]>;
}

/**
 * The port. A provider turns an address into {@link IpIntelligence}; it is a value, made by its own factory and handed
 * to `IpRiskModule.forRoot({ providers: [...] })`.
 */
export interface IpIntelligenceProvider {
  /** Unique among the configured ones; appears in reasons, failures and health reports. */
  readonly id: string;
  /** `offline` answers from memory, at once and for nothing; `vendor` is asked over the network. */
  readonly kind: 'offline' | 'vendor';
  /** Providers that name the same source repeat each other: towards the quorum they count once. @default the id */
  readonly source?: string;
  /** Grows when the provider's own data changes, so that answers given before are not served from a cache. */
  readonly dataVersion?: number;
  /**
   * Changes with the settings that change its answers, such as where it is asked or which lists it reads: what another
   * configuration answered is not served from a shared cache. No key and no path. @default ''
   */
  readonly configuration?: string;
  /** How its own score is to be read, where it gives one; a policy may then name the provider as its scorecard. */
  readonly scorecard?: ProviderScorecard;
  /** Looked at for vendors only. */
  readonly limits?: ProviderLimits;
  /** Where the vendor answers about many addresses at once. */
  readonly bulk?: BulkLookup | undefined;
  /**
   * @throws ProviderError when there is no answer.
   */
  lookup(address: IpAddress, context: LookupContext): MaybePromise<IpIntelligence>;
  /** Loads what must be there before the first lookup. Downloads go on in the background. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
  /** Costs nothing: never calls the vendor. */
  health(): ProviderHealth;
}

/** Token of the configured providers, in order of preference. */
export const IP_INTELLIGENCE_PROVIDERS = Symbol('IP_RISK:PROVIDERS');
