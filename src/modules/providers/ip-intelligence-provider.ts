import type { MaybePromise } from '../../common/async/maybe-promise.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import type { IpIntelligence } from './ip-intelligence.js';

/** `up` answers with all it has, `degraded` with less than configured, `down` not at all. */
export type ProviderStatus = 'up' | 'degraded' | 'down';

export interface ProviderHealth {
  readonly status: ProviderStatus;
  /** Facts for operators: data dates, ages, counts. Never a key, a URL or a path. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface LookupContext {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
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
  /** Grows when the provider's own data changes, so that answers given before are not served from a cache. */
  readonly dataVersion?: number;
  /**
   * @param address globally reachable; special-purpose addresses are never sent to a provider.
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
