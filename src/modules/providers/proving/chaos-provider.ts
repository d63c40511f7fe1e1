import type { MaybePromise } from '../../../common/async/maybe-promise.js';
import { systemClock, type Clock } from '../../../common/clock/clock.js';
import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type {
  BulkLookup,
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
} from '../ip-intelligence-provider.js';
import { NO_FACTS, type IpIntelligence } from '../ip-intelligence.js';
import type { ProviderScorecard } from '../provider-score.js';
import { ChaosPlan, type ChaosPlanOptions, type Mischief } from './chaos-plan.js';

export interface ChaosProviderOptions {
  /** What goes wrong without a command. @default nothing */
  readonly plan?: ChaosPlanOptions;
  /** Tells what is late. @default the system's */
  readonly clock?: Clock;
}

/** What became of one lookup. */
export interface ChaosRecord {
  readonly address: string;
  /** `undefined` where the wrapped provider was left alone. */
  readonly mischief: Mischief | undefined;
}

type Entry = IpIntelligence | ProviderError;

/**
 * A provider around another that misbehaves on command or by a seeded plan, for tests of what an application does then.
 *
 * @example
 * const chaos = new ChaosProvider(new FakeProvider(), { plan: { seed: 7, rate: 0.3 } });
 * chaos.misbehave({ kind: 'hang' }, 1);
 */
export class ChaosProvider implements IpIntelligenceProvider {
  readonly id: string;
  readonly kind: 'offline' | 'vendor';
  readonly bulk: BulkLookup | undefined;
  readonly limits?: ProviderLimits;
  readonly scorecard?: ProviderScorecard;
  /** Oldest first; a bulk call is one record for each address. */
  readonly history: ChaosRecord[] = [];
  private readonly plan: ChaosPlan | undefined;
  private readonly clock: Clock;
  private command: { readonly mischief: Mischief; timesLeft: number } | undefined;

  /** @throws RangeError when the plan's rate is not 0-1. */
  constructor(
    private readonly inner: IpIntelligenceProvider,
    { plan, clock = systemClock }: ChaosProviderOptions = {},
  ) {
    this.id = inner.id;
    this.kind = inner.kind;
    this.plan = plan === undefined ? undefined : new ChaosPlan(plan);
    this.clock = clock;
    const { bulk, limits, scorecard } = inner;
    if (limits !== undefined) this.limits = limits;
    if (scorecard !== undefined) this.scorecard = scorecard;
    if (bulk !== undefined)
      this.bulk = { size: bulk.size, lookup: (addresses, context) => this.lookupMany(bulk, addresses, context) };
  }

  get dataVersion(): number {
    return this.inner.dataVersion ?? 0;
  }

  /** Goes before the plan for the next lookups. @param times how many. @default until {@link behave} */
  misbehave(mischief: Mischief, times = Infinity): void {
    this.command = { mischief, timesLeft: times };
  }

  /** Takes the command back; the plan goes on. */
  behave(): void {
    this.command = undefined;
  }

  lookup(address: IpAddress, context: LookupContext): MaybePromise<IpIntelligence> {
    const mischief = this.nextMischief([address]);
    return this.acting(mischief, context, () => this.inner.lookup(address, context), spoiled);
  }

  async start(): Promise<void> {
    await this.inner.start?.();
  }

  async stop(): Promise<void> {
    await this.inner.stop?.();
  }

  health(): ProviderHealth {
    return this.inner.health();
  }

  private async lookupMany(
    bulk: BulkLookup,
    addresses: readonly IpAddress[],
    context: LookupContext,
  ): Promise<readonly Entry[]> {
    const spoilEach = (entries: readonly Entry[], mischief: Mischief): readonly Entry[] =>
      entries.map((entry) => (entry instanceof ProviderError ? entry : spoiled(entry, mischief)));
    const mischief = this.nextMischief(addresses);
    return this.acting(mischief, context, () => bulk.lookup(addresses, context), spoilEach);
  }

  private nextMischief(addresses: readonly IpAddress[]): Mischief | undefined {
    const planned = this.plan?.next();
    const mischief = this.command?.mischief ?? planned;
    if (this.command !== undefined) {
      this.command.timesLeft -= 1;
      if (this.command.timesLeft <= 0) this.command = undefined;
    }
    for (const { text } of addresses) this.history.push({ address: text, mischief });
    return mischief;
  }

  private acting<T>(
    mischief: Mischief | undefined,
    { signal }: LookupContext,
    honest: () => MaybePromise<T>,
    spoil: (answer: T, mischief: Mischief) => T,
  ): MaybePromise<T> {
    if (mischief === undefined) return honest();
    switch (mischief.kind) {
      case 'fail':
        return Promise.reject(new ProviderError(this.id, mischief.code, { retryAfterMs: mischief.retryAfterMs }));
      case 'reject':
        return Promise.reject(new Error('The chaos provider rejects.'));
      case 'throw':
        throw new Error('The chaos provider throws.');
      case 'hang':
        return this.abortOf(signal);
      case 'hang-forever':
        return new Promise(() => undefined);
      case 'late':
        return new Promise<void>((resolve) => this.clock.after(mischief.ms, resolve)).then(honest);
      default:
        return Promise.resolve(honest()).then((answer) => spoil(answer, mischief));
    }
  }

  private abortOf(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const end = (): void => {
        reject(new ProviderError(this.id, 'PROVIDER_TIMEOUT'));
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }
}

function spoiled(answer: IpIntelligence, mischief: Mischief): IpIntelligence {
  if (mischief.kind === 'know-nothing') {
    return { providerId: answer.providerId, facts: NO_FACTS, location: undefined, network: undefined };
  }
  if (mischief.kind !== 'malformed') return answer;
  if (mischief.how === 'wrong-id') return { ...answer, providerId: `not-${answer.providerId}` };
  if (mischief.how === 'null-facts') return { ...answer, facts: null as never };
  const isAbusive = { value: true, confidence: NaN, evidence: 'chaos', lastSeen: undefined };
  return { ...answer, facts: { ...answer.facts, isAbusive } };
}
