import type { Clock } from '../../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../../common/errors/ip-risk.error.js';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import type { BreakerNews } from '../protection/breaker-news/breaker-news.js';
import type { CreditLedger } from '../protection/credit-ledger.js';
import { voiceOf } from './verdict-quorum.js';

/**
 * `parallel`: every vendor at once. `fallback`: the next one, in order of preference, when one fails; each has half of
 * the time that is left and the last all of it. `escalate`: offline data alone, and vendors only where the caller asks
 * for them or offline data has no answer. Offline providers are always asked.
 */
export const LOOKUP_STRATEGIES = ['parallel', 'fallback', 'escalate'] as const;
export type LookupStrategy = (typeof LOOKUP_STRATEGIES)[number];

export interface ProviderLookupOptions {
  readonly providers: readonly IpIntelligenceProvider[];
  /** Vendors (without any: offline providers) that must say something of the risk; those of one source count once. @default 1 */
  readonly quorum?: number;
  /**
   * Milliseconds that all providers together may take. By `fallback` the first vendor has half of them, so take twice
   * its p95: 300 suit two vendors of 150 ms, 600 three or two of 300 ms. A vendor whose turn is less than a third of
   * the whole is not blamed for a timeout.
   * @default 300
   */
  readonly deadlineMs?: number;
  /** Milliseconds that one batch of a bulk lookup may take. @default 10000 */
  readonly bulkDeadlineMs?: number;
  /** @default 'parallel' */
  readonly strategy?: LookupStrategy;
  /** Keeps the vendors' spending across restarts. @default none */
  readonly ledger?: CreditLedger | undefined;
  /** Carries what breakers know between processes. @default none */
  readonly news?: BreakerNews | undefined;
  readonly clock: Clock;
}

/** Timers count in 31 bits; a longer one fires at once. */
const LONGEST_MS = 0x7fffffff;

/** @throws InvalidConfigurationError naming the option that cannot be meant. */
export function checkLookupOptions(options: ProviderLookupOptions): void {
  checkProviders(options);
  const { deadlineMs = 300, bulkDeadlineMs = 10_000 } = options;
  for (const [name, ms] of Object.entries({ deadlineMs, bulkDeadlineMs })) {
    if (ms > 0 && ms <= LONGEST_MS) continue;
    throw new InvalidConfigurationError(`${name}: ${String(ms)} is not a number of milliseconds above 0.`);
  }
  for (const provider of options.providers) checkLimits(provider);
}

function checkProviders({ providers, quorum = 1, strategy = 'parallel' }: ProviderLookupOptions): void {
  const vendors = providers.filter(({ kind }) => kind === 'vendor').length;
  const counting = vendors > 0 ? providers.filter(({ kind }) => kind === 'vendor') : providers;
  const voices = new Set(counting.map(voiceOf)).size;
  if (new Set(providers.map(({ id }) => id)).size !== providers.length) {
    throw new InvalidConfigurationError('providers: two have the same id; give each its own.');
  }
  if (providers.length === 0) {
    throw new InvalidConfigurationError('providers: the list is empty; add offline() or a vendor.');
  }
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > voices) {
    const shared = voices < counting.length ? ' Providers of one source repeat each other and count once.' : '';
    throw new InvalidConfigurationError(
      `quorum: ${String(quorum)} is not a whole number from 1 to ${voices}, the number of providers that count.${shared}`,
    );
  }
  if (!LOOKUP_STRATEGIES.includes(strategy)) {
    throw new InvalidConfigurationError(`strategy: must be one of ${LOOKUP_STRATEGIES.join(', ')}.`);
  }
  if (strategy === 'escalate' && (vendors === 0 || vendors === providers.length)) {
    throw new InvalidConfigurationError(
      'strategy: escalate needs offline() to begin with and at least one vendor to go on to; add the missing one.',
    );
  }
}

function checkLimits({ id, limits: { chargesBadInput, ...limits } = {}, bulk }: IpIntelligenceProvider): void {
  if (!['undefined', 'boolean'].includes(typeof chargesBadInput)) {
    throw new InvalidConfigurationError(`${id}: chargesBadInput must be true or false.`);
  }
  if (bulk !== undefined && !(Number.isInteger(bulk.size) && bulk.size >= 1)) {
    throw new InvalidConfigurationError(
      `${id}: bulk.size is ${String(bulk.size)}; it must be a whole number of 1 or more.`,
    );
  }
  for (const [name, value] of Object.entries<number | undefined>(limits)) {
    const least = name === 'dailyBudget' ? 0 : 1;
    if (value !== undefined && !(value >= least && Number.isFinite(value))) {
      throw new InvalidConfigurationError(
        `${id}: ${name} is ${String(value)}; it must be a number of ${least} or more.`,
      );
    }
  }
}
