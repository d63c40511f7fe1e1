import type { MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import { InvalidConfigurationError, IpRiskError, ProviderError } from '../../common/errors/ip-risk.error.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext } from './ip-intelligence-provider.js';
import { isIntelligence, knowsNothing, type IpIntelligence } from './ip-intelligence.js';

/** Why one provider gave no verdict. `NO_DATA`: it answered that it knows nothing of the address. */
export interface ProviderFailure {
  readonly providerId: string;
  readonly code: IpRiskError['code'] | 'NO_DATA';
}

export interface LookupOutcome {
  readonly answers: readonly IpIntelligence[];
  readonly failures: readonly ProviderFailure[];
  /** At least `quorum` of the providers that count answered in time. */
  readonly hasQuorum: boolean;
}

export interface ProviderLookupOptions {
  readonly providers: readonly IpIntelligenceProvider[];
  /** Vendors (without any: offline providers) that must answer for a verdict. @default 1 */
  readonly quorum?: number;
  /** Milliseconds that all providers together may take. @default 300 */
  readonly deadlineMs?: number;
  readonly clock: Clock;
}

type Settled = IpIntelligence | ProviderFailure;

const NEVER_ABORTED: LookupContext = { signal: new AbortController().signal };

/** Asks every provider at once and keeps what arrives before the deadline. Never throws: a failure is part of the outcome. */
export class ProviderLookup {
  private readonly providers: readonly IpIntelligenceProvider[];
  private readonly hasVendors: boolean;
  private readonly counted: ReadonlySet<string>;
  private readonly quorum: number;
  private readonly deadlineMs: number;
  private readonly clock: Clock;

  constructor({ providers, quorum = 1, deadlineMs = 300, clock }: ProviderLookupOptions) {
    const vendors = providers.filter(({ kind }) => kind === 'vendor');
    this.counted = new Set((vendors.length > 0 ? vendors : providers).map(({ id }) => id));
    if (new Set(providers.map(({ id }) => id)).size !== providers.length) {
      throw new InvalidConfigurationError('providers: two have the same id; give each its own.');
    }
    if (providers.length === 0) {
      throw new InvalidConfigurationError('providers: the list is empty; add offline() or a vendor.');
    }
    if (!Number.isInteger(quorum) || quorum < 1 || quorum > this.counted.size) {
      throw new InvalidConfigurationError(
        `quorum: ${String(quorum)} is not a whole number from 1 to ${this.counted.size}, the number of providers that count.`,
      );
    }
    // Timers count in 31 bits; a longer one fires at once.
    if (!(deadlineMs > 0 && deadlineMs <= 0x7fffffff)) {
      throw new InvalidConfigurationError(`deadlineMs: ${String(deadlineMs)} is not a number of milliseconds above 0.`);
    }
    this.providers = providers;
    this.hasVendors = vendors.length > 0;
    this.quorum = quorum;
    this.deadlineMs = deadlineMs;
    this.clock = clock;
  }

  /** Changes whenever the data behind any provider does. */
  get dataVersion(): number {
    let sum = 0;
    for (const { dataVersion = 0 } of this.providers) sum += dataVersion;
    return sum;
  }

  lookup(address: IpAddress): MaybePromise<LookupOutcome> {
    if (this.hasVendors) return this.lookupWithin(address);
    const asked: MaybePromise<Settled>[] = [];
    let isSettled = true;
    for (const provider of this.providers) {
      const answer = ask(provider, address, NEVER_ABORTED);
      if (answer instanceof Promise) isSettled = false;
      asked.push(answer);
    }
    return isSettled ? this.outcomeOf(asked as Settled[]) : this.lookupWithin(address, asked);
  }

  /** True when answers of these providers would be enough for a verdict. */
  isQuorum(providerIds: readonly string[]): boolean {
    return providerIds.filter((id) => this.counted.has(id)).length >= this.quorum;
  }

  private async lookupWithin(address: IpAddress, asked?: readonly MaybePromise<Settled>[]): Promise<LookupOutcome> {
    const abort = new AbortController();
    const context: LookupContext = { signal: abort.signal };
    const pending = asked ?? this.providers.map((provider) => ask(provider, address, context));
    const results = this.providers.map((provider): Settled => ({ providerId: provider.id, code: 'PROVIDER_TIMEOUT' }));
    await new Promise<void>((resolve) => {
      const cancel = this.clock.after(this.deadlineMs, resolve);
      const all = pending.map(async (answer, index) => {
        results[index] = await answer;
      });
      void Promise.allSettled(all).then(() => {
        cancel();
        resolve();
      });
    });
    // Answers that arrive later may not change what was decided on.
    const outcome = this.outcomeOf([...results]);
    abort.abort();
    return outcome;
  }

  private outcomeOf(settled: readonly Settled[]): LookupOutcome {
    const answers: IpIntelligence[] = [];
    let failures: ProviderFailure[] | undefined;
    let counted = 0;
    for (const result of settled) {
      const failure = failureIn(result);
      if (failure !== undefined) {
        failures ??= [];
        failures.push(failure);
      } else {
        answers.push(result as IpIntelligence);
        if (this.counted.has((result as IpIntelligence).providerId)) counted += 1;
      }
    }
    return { answers, failures: failures ?? NO_FAILURES, hasQuorum: counted >= this.quorum };
  }
}

const NO_FAILURES: readonly ProviderFailure[] = Object.freeze([]);

function failureIn(result: Settled): ProviderFailure | undefined {
  if (!('facts' in result)) return result;
  return knowsNothing(result) ? { providerId: result.providerId, code: 'NO_DATA' } : undefined;
}

function ask(provider: IpIntelligenceProvider, address: IpAddress, context: LookupContext): MaybePromise<Settled> {
  try {
    const answer: unknown = provider.lookup(address, context);
    if (!isThenable(answer)) return checked(provider, answer);
    return Promise.resolve(answer)
      .then((intelligence) => checked(provider, intelligence))
      .catch((error: unknown) => failureOf(provider, error));
  } catch (error) {
    return failureOf(provider, error);
  }
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer;
}

/**
 * Anybody may write a provider: an answer under another's name would count for the wrong one, and a confidence that is
 * no number would turn "yes" into "no".
 */
function checked(provider: IpIntelligenceProvider, answer: unknown): Settled {
  const isSound = isIntelligence(answer) && answer.providerId === provider.id;
  return isSound ? answer : { providerId: provider.id, code: 'PROVIDER_BAD_RESPONSE' };
}

function failureOf(provider: IpIntelligenceProvider, error: unknown): ProviderFailure {
  return { providerId: provider.id, code: error instanceof ProviderError ? error.code : 'PROVIDER_BAD_RESPONSE' };
}
