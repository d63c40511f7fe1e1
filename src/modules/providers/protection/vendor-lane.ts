import type { Clock } from '../../../common/clock/clock.js';
import type { DurationCounts } from '../../../common/durations/duration-histogram.js';
import type { CallContext } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext, ProviderHealth } from '../ip-intelligence-provider.js';
import { askInBulk, askProvider } from './ask-provider.js';
import { vendorFailureIn, type ProviderFailure, type Settled } from './provider-result.js';
import { Bulkhead } from './bulkhead.js';
import { CallRecord, type CallReport } from './call-record.js';
import { CircuitBreaker, type BreakerPass, type BreakerState } from './circuit-breaker.js';
import { BreakerHearsay } from './breaker-news/breaker-hearsay.js';
import type { BreakerNews, VendorNews } from './breaker-news/breaker-news.js';
import type { CreditLedger } from './credit-ledger.js';
import { DailyBudget, type Refund } from './daily-budget.js';
import { pauseAfter } from './vendor-pause.js';

export interface LaneReport extends CallReport {
  readonly breaker: BreakerState;
  /** What other processes said, where the breaker is not closed for that reason alone. */
  readonly heard: VendorNews['kind'] | undefined;
  /** `undefined` without a limit of ours or of the vendor. */
  readonly budgetLeft: number | undefined;
  readonly health: ProviderHealth;
}

const MAX_CONCURRENT = 25;

export interface VendorLaneOptions {
  readonly provider: IpIntelligenceProvider;
  readonly clock: Clock;
  /** Keeps the spending across restarts. @default none */
  readonly ledger?: CreditLedger | undefined;
  /** Milliseconds from which an answer is slow, where the vendor's own limits say nothing of it. @default none is */
  readonly slowCallMs?: number;
  /** Joins its breaker with those of other processes. @default none */
  readonly news?: BreakerNews | undefined;
}

/** Who waits for a vendor's answer, and how long. */
export interface LaneContext extends CallContext {
  /** The vendor has so little of the time that not to answer within it is no fault. @default false */
  readonly isCutShort?: boolean;
}

/** A call that the breaker and the budget let through. */
interface Admission {
  readonly pass: BreakerPass;
  readonly refund: Refund;
  readonly startedAt: number;
}

/** The way to one vendor: a breaker, a bulkhead and a budget before each call, and a record of what became of it. */
export class VendorLane {
  readonly provider: IpIntelligenceProvider;
  private readonly clock: Clock;
  private readonly breaker: CircuitBreaker;
  private readonly budget: DailyBudget;
  private readonly record = new CallRecord();
  private readonly bulkhead: Bulkhead;
  /** What a bulk lookup meets is not held against the requests. */
  private readonly bulkBreaker: CircuitBreaker;
  private readonly hearsay: BreakerHearsay;
  private readonly slowCallMs: number;
  private readonly creditsPerLookup: number;
  private readonly chargesBadInput: boolean;
  /** Why the breaker is open. */
  private lastFailure: ProviderFailure['code'] = 'PROVIDER_UNREACHABLE';

  constructor({ provider, clock, ledger, slowCallMs = Infinity, news }: VendorLaneOptions) {
    const { maxConcurrent, creditsPerLookup, chargesBadInput, dailyBudget, ...limits } = provider.limits ?? {};
    this.provider = provider;
    this.clock = clock;
    this.bulkhead = new Bulkhead(maxConcurrent ?? MAX_CONCURRENT);
    this.slowCallMs = limits.slowCallMs ?? slowCallMs;
    this.creditsPerLookup = creditsPerLookup ?? 1;
    this.chargesBadInput = chargesBadInput ?? true;
    this.breaker = new CircuitBreaker({ clock });
    this.bulkBreaker = new CircuitBreaker({ clock });
    this.hearsay = new BreakerHearsay({
      providerId: provider.id,
      breaker: this.breaker,
      clock,
      news,
      onHeard: (code) => {
        this.lastFailure = code;
      },
    });
    this.budget = new DailyBudget({ providerId: provider.id, limit: dailyBudget, clock, ledger });
  }

  /** Takes over today's spending of earlier processes and what others know of the vendor, and listens to them from now on. */
  async start(): Promise<void> {
    await Promise.all([this.budget.load(), this.hearsay.start()]);
  }

  /** Listens no more. */
  stop(): void {
    this.hearsay.stop();
  }

  /** Lookups that the budget still allows; `Infinity` without a limit. */
  affordable(isBulk: boolean): number {
    return this.budget.affordable(this.creditsPerLookup, isBulk);
  }

  /** Asks about one address, once there is a place; refuses at once what the breaker or the budget stops. Never rejects. */
  async ask(address: IpAddress, context: LaneContext, isBulk = false): Promise<Settled> {
    // Nobody waits any more: the call would cost a credit and serve nobody.
    if (context.signal.aborted) return this.timedOut();
    if (isBulk) return this.askAdmitted(address, context, true);
    // Nobody waits for a place who would be refused with it.
    if (this.breaker.state === 'open') return this.refuse(this.lastFailure);
    const place = this.bulkhead.enter(context.signal);
    if (!(place === true || (await place))) return this.refuse('PROVIDER_RATE_LIMITED');
    const result = await this.askAdmitted(address, context, false);
    this.bulkhead.leave();
    return result;
  }

  private async askAdmitted(address: IpAddress, context: LaneContext, isBulk: boolean): Promise<Settled> {
    const timedOut = this.timedOut();
    const admission = this.enter(this.creditsPerLookup, isBulk);
    if ('code' in admission) return admission;
    const result = await unlessAborted(
      Promise.resolve(askProvider(this.provider, address, this.contextOf(context))),
      context.signal,
      timedOut,
    );
    this.settle(result, admission, { isFault: context.isCutShort !== true, mayTakeTime: false });
    this.refundFree([result], admission);
    return result;
  }

  /** Asks about as many addresses as the vendor takes in one call. Never rejects; one entry each, in their order. */
  async askInBulk(addresses: readonly IpAddress[], context: LaneContext): Promise<readonly Settled[]> {
    const timedOut = addresses.map(() => this.timedOut());
    if (context.signal.aborted) return timedOut;
    const admission = this.enter(this.creditsPerLookup * addresses.length, true);
    if ('code' in admission) return addresses.map(() => admission);
    const asked = askInBulk(this.provider, addresses, this.contextOf(context));
    const results = await unlessAborted(asked, context.signal, timedOut);
    // One call is one outcome: that of an entry that failed only where all did.
    const [first] = results;
    const answered = results.find((result) => vendorFailureIn(result) === undefined) ?? first;
    const isFault = context.isCutShort !== true;
    if (answered !== undefined) this.settle(answered, admission, { isFault, mayTakeTime: true });
    this.refundFree(results, admission);
    return results;
  }

  /** False while every call is refused unsent. */
  get isAsked(): boolean {
    return this.breaker.state !== 'open' && this.budget.allows(this.creditsPerLookup);
  }

  /** Why the breaker is not closed; `undefined` while it is. */
  get trouble(): ProviderFailure['code'] | undefined {
    return this.breaker.state === 'closed' ? undefined : this.lastFailure;
  }

  /** How long the vendor took, for each call that it answered since the start of the process. */
  get answered(): DurationCounts {
    return this.record.answered;
  }

  report(): LaneReport {
    const breaker = this.breaker.state;
    const budgetLeft = this.budget.left;
    const own = ownHealth(this.provider);
    // Half-open is not down: a load balancer that sends nobody here would keep the trial from ever being made.
    const isWell = breaker === 'closed' && !this.breaker.isFailing && !this.record.isFruitless;
    const status = this.isAsked ? (own.status === 'up' && !isWell ? 'degraded' : own.status) : 'down';
    const { heard } = this.hearsay;
    return { ...this.record.report(), breaker, heard, budgetLeft, health: { status, details: own.details } };
  }

  private contextOf({ signal, deadlineAt }: CallContext): LookupContext {
    return {
      signal,
      deadlineAt,
      onQuota: (quota) => {
        this.budget.learn(quota);
      },
    };
  }

  private enter(credits: number, isBulk: boolean): Admission | ProviderFailure {
    if (!this.budget.allows(credits, isBulk)) return this.refuse('PROVIDER_QUOTA');
    const pass = isBulk && this.isClosedToBulk ? undefined : (isBulk ? this.bulkBreaker : this.breaker).enter();
    if (pass === undefined) return this.refuse(this.lastFailure);
    return { pass, refund: this.budget.spend(credits), startedAt: this.clock.now() };
  }

  /** Hearsay that waits for a trial does not stop bulk lookups: where nobody asks but they, the trial would never be made. */
  private get isClosedToBulk(): boolean {
    const { state } = this.breaker;
    return state === 'open' || (state === 'half-open' && this.hearsay.heard === undefined);
  }

  private timedOut(): ProviderFailure {
    return { providerId: this.provider.id, code: 'PROVIDER_TIMEOUT' };
  }

  private refuse(code: ProviderFailure['code']): ProviderFailure {
    this.record.refuse(code);
    return { providerId: this.provider.id, code, refused: true };
  }

  /**
   * @param isFault whether a timeout is the vendor's.
   * @param mayTakeTime true for many addresses in one call.
   */
  private settle(
    result: Settled,
    { pass, startedAt }: Admission,
    { isFault, mayTakeTime }: { readonly isFault: boolean; readonly mayTakeTime: boolean },
  ): void {
    const failure = vendorFailureIn(result);
    if (failure?.refused === true) {
      this.record.withheld(failure.code);
      pass.release();
      return;
    }
    const now = this.clock.now();
    this.record.ended(failure?.code ?? 'ok', now - startedAt, now);
    if (failure === undefined || failure.code === 'NO_DATA') {
      if (mayTakeTime || now - startedAt < this.slowCallMs) {
        pass.succeed();
        return;
      }
      this.blame('PROVIDER_TIMEOUT', () => {
        pass.succeedSlowly();
      });
      return;
    }
    // Of a refused address it does not show whose mistake it is, a timeout in a short turn may be nobody's.
    const saysNothing = failure.code === 'PROVIDER_BAD_INPUT' || (failure.code === 'PROVIDER_TIMEOUT' && !isFault);
    if (saysNothing) {
      pass.release();
      return;
    }
    const pauseMs = pauseAfter(failure);
    this.blame(failure.code, () => {
      if (pauseMs === undefined) pass.fail();
      else pass.trip(pauseMs);
    });
  }

  /** Lets a call speak against the vendor. What ends after the breaker opened is not why it is open. */
  private blame(code: ProviderFailure['code'], speak: () => void): void {
    const before = this.breaker.state;
    if (before !== 'open') this.lastFailure = code;
    speak();
    this.hearsay.afterOwnCall(before, code);
  }

  private refundFree(results: readonly Settled[], { refund }: Admission): void {
    const free = results.filter((result) => this.isFree(result)).length;
    if (free > 0) refund(free * this.creditsPerLookup);
  }

  private isFree(result: Settled): boolean {
    if (!('code' in result)) return false;
    return result.refused === true || (result.code === 'PROVIDER_BAD_INPUT' && !this.chargesBadInput);
  }
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
