import type { Clock } from '../../../common/clock/clock.js';
import type { CallContext } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext, ProviderHealth } from '../ip-intelligence-provider.js';
import { askInBulk, askProvider } from './ask-provider.js';
import { failureIn, type ProviderFailure, type Settled } from './provider-result.js';
import { CallRecord, type CallReport } from './call-record.js';
import { CircuitBreaker, type BreakerPass, type BreakerState } from './circuit-breaker.js';
import type { CreditLedger } from './credit-ledger.js';
import { DailyBudget } from './daily-budget.js';

export interface LaneReport extends CallReport {
  readonly breaker: BreakerState;
  /** `undefined` without a limit of ours or of the vendor. */
  readonly budgetLeft: number | undefined;
  readonly health: ProviderHealth;
}

const MAX_CONCURRENT = 25;
const SLOW_CALL_MS = 1000;
/** Where the vendor does not say how long its quota or limit lasts. */
const QUOTA_PAUSE_MS = 3_600_000;
const RATE_PAUSE_MS = 10_000;
/** "Try again in 0 seconds", said by a vendor that is dead, would have it asked without end. */
const LEAST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 86_400_000;

/** The way to one vendor: a breaker, a bulkhead and a budget before each call, and a record of what became of it. */
export class VendorLane {
  private readonly breaker: CircuitBreaker;
  private readonly budget: DailyBudget;
  private readonly record = new CallRecord();
  private readonly maxConcurrent: number;
  private readonly slowCallMs: number;
  private readonly creditsPerLookup: number;
  private running = 0;
  /** Why the breaker is open. */
  private lastFailure: ProviderFailure['code'] = 'PROVIDER_UNREACHABLE';

  constructor(
    readonly provider: IpIntelligenceProvider,
    private readonly clock: Clock,
    ledger: CreditLedger | undefined,
  ) {
    const { maxConcurrent, slowCallMs, creditsPerLookup, dailyBudget } = provider.limits ?? {};
    this.maxConcurrent = maxConcurrent ?? MAX_CONCURRENT;
    this.slowCallMs = slowCallMs ?? SLOW_CALL_MS;
    this.creditsPerLookup = creditsPerLookup ?? 1;
    this.breaker = new CircuitBreaker({ clock });
    this.budget = new DailyBudget({ providerId: provider.id, limit: dailyBudget, clock, ledger });
  }

  /** Takes over today's spending of earlier processes. */
  start(): Promise<void> {
    return this.budget.load();
  }

  /** Asks about one address, or refuses at once. Never rejects. */
  async ask(address: IpAddress, context: CallContext, isBulk = false): Promise<Settled> {
    const timedOut = this.timedOut();
    // Nobody waits any more: the call would cost a credit and serve nobody.
    if (context.signal.aborted) return timedOut;
    const isFull = !isBulk && this.running >= this.maxConcurrent;
    const pass = isFull ? this.refuse('PROVIDER_RATE_LIMITED') : this.enter(this.creditsPerLookup, isBulk);
    if ('code' in pass) return pass;
    if (!isBulk) this.running += 1;
    const startedAt = this.clock.now();
    const result = await unlessAborted(
      Promise.resolve(askProvider(this.provider, address, this.contextOf(context))),
      context.signal,
      timedOut,
    );
    if (!isBulk) this.running -= 1;
    this.settle(result, pass, startedAt);
    return result;
  }

  /** Asks about as many addresses as the vendor takes in one call. Never rejects; one entry each, in their order. */
  async askInBulk(addresses: readonly IpAddress[], context: CallContext): Promise<readonly Settled[]> {
    const timedOut = addresses.map(() => this.timedOut());
    if (context.signal.aborted) return timedOut;
    const pass = this.enter(this.creditsPerLookup * addresses.length, true);
    if ('code' in pass) return addresses.map(() => pass);
    const startedAt = this.clock.now();
    const asked = askInBulk(this.provider, addresses, this.contextOf(context));
    const results = await unlessAborted(asked, context.signal, timedOut);
    // One call is one outcome: that of an entry that failed only where all did.
    const [first] = results;
    const answered = results.find((result) => failureIn(result) === undefined) ?? first;
    if (answered !== undefined) this.settle(answered, pass, startedAt, true);
    return results;
  }

  report(): LaneReport {
    const breaker = this.breaker.state;
    const budgetLeft = this.budget.left;
    const own = ownHealth(this.provider);
    // Half-open is not down: a load balancer that sends nobody here would keep the trial from ever being made.
    const isAsked = breaker !== 'open' && this.budget.allows(this.creditsPerLookup);
    const isWell = breaker === 'closed' && !this.breaker.isFailing;
    const status = isAsked ? (own.status === 'up' && !isWell ? 'degraded' : own.status) : 'down';
    return { ...this.record.report(), breaker, budgetLeft, health: { status, details: own.details } };
  }

  private contextOf(context: CallContext): LookupContext {
    return {
      ...context,
      onQuota: (quota) => {
        this.budget.learn(quota);
      },
    };
  }

  private enter(credits: number, isBulk: boolean): BreakerPass | ProviderFailure {
    if (!this.budget.allows(credits, isBulk)) return this.refuse('PROVIDER_QUOTA');
    const pass = this.breaker.enter();
    if (pass === undefined) return this.refuse(this.lastFailure);
    this.budget.spend(credits);
    return pass;
  }

  private timedOut(): ProviderFailure {
    return { providerId: this.provider.id, code: 'PROVIDER_TIMEOUT' };
  }

  private refuse(code: ProviderFailure['code']): ProviderFailure {
    this.record.refuse(code);
    return { providerId: this.provider.id, code, refused: true };
  }

  private settle(result: Settled, pass: BreakerPass, startedAt: number, isBulk = false): void {
    const now = this.clock.now();
    const failure = failureIn(result);
    this.record.ended(failure?.code ?? 'ok', now - startedAt, now);
    const isAnswer = failure === undefined || failure.code === 'NO_DATA' || failure.code === 'PROVIDER_BAD_INPUT';
    // Many addresses in one call may take their time.
    const isSlow = !isBulk && now - startedAt >= this.slowCallMs;
    if (isAnswer && !isSlow) {
      pass.succeed();
      return;
    }
    // A call from before the breaker opened is not why it is open.
    if (this.breaker.state !== 'open') this.lastFailure = isAnswer ? 'PROVIDER_TIMEOUT' : failure.code;
    const pauseMs = isAnswer ? undefined : pauseAfter(failure);
    if (pauseMs === undefined) pass.fail();
    else pass.trip(pauseMs >= LEAST_PAUSE_MS ? Math.min(pauseMs, MOST_PAUSE_MS) : LEAST_PAUSE_MS);
  }
}

/** Milliseconds for which the vendor itself asks to be left alone. */
function pauseAfter({ code, retryAfterMs }: ProviderFailure): number | undefined {
  if (code === 'PROVIDER_QUOTA') return retryAfterMs ?? QUOTA_PAUSE_MS;
  if (code === 'PROVIDER_RATE_LIMITED') return retryAfterMs ?? RATE_PAUSE_MS;
  return code === 'PROVIDER_UNREACHABLE' ? retryAfterMs : undefined;
}

/** A provider that goes on after nobody waits any more must not hold its place in the bulkhead. */
function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal, timedOut: T): Promise<T> {
  if (signal.aborted) return Promise.resolve(timedOut);
  return new Promise((resolve) => {
    const abort = (): void => {
      resolve(timedOut);
    };
    signal.addEventListener('abort', abort, { once: true });
    void asked.then((result) => {
      signal.removeEventListener('abort', abort);
      resolve(result);
    });
  });
}

/** A provider whose report fails is not to be relied on. */
export function ownHealth(provider: IpIntelligenceProvider): ProviderHealth {
  try {
    return provider.health();
  } catch {
    return { status: 'down', details: { error: 'The provider could not report.' } };
  }
}
