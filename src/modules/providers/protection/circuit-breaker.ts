import type { Clock } from '../../../common/clock/clock.js';

/** `closed`: calls go through. `open`: none does. `half-open`: one call at a time tries whether the vendor is back. */
export type BreakerState = 'closed' | 'open' | 'half-open';

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Latest calls that are looked at. @default 20 */
  readonly windowSize?: number;
  /** Calls before which it does not open. @default 10 */
  readonly minimumCalls?: number;
  /** Share of failures, 0-1, at which it opens. @default 0.5 */
  readonly failureShare?: number;
  /** Milliseconds it stays open the first time; doubled after each failed trial. @default 10000 */
  readonly openMs?: number;
  /** Most milliseconds it stays open before the next trial. @default 120000 */
  readonly mostOpenMs?: number;
}

/** Milliseconds that it stays open the first time, where nothing else is said. */
export const FIRST_OPEN_MS = 10_000;

type Outcome = 'ok' | 'slow' | 'failed';

/** Says how a call ended that {@link CircuitBreaker.enter} let through; only its first word counts. */
export interface BreakerPass {
  succeed(): void;
  /** An answer that came nearly too late. */
  succeedSlowly(): void;
  fail(): void;
  /** The call says nothing of the vendor's health; a trial is free for the next one. */
  release(): void;
  /** The vendor itself asks to be left alone for so many milliseconds. */
  trip(openMs: number): void;
}

/**
 * Stops asking a vendor that fails. Our own and not a library's for three reasons: it runs by the injected clock, a
 * clock that is set back does not hold it open for as long, and a vendor's own cool-down is the same state as an outage.
 */
export class CircuitBreaker {
  private readonly options: Required<CircuitBreakerOptions>;
  private outcomes: Outcome[] = [];
  private openedAt = 0;
  private openMs = 0;
  /** What the next failed trial makes of `openMs`. */
  private nextOpenMs: number;
  private isOpen = false;
  private hasTrial = false;
  /** Calls of an earlier period say nothing about this one. */
  private period = 0;

  constructor(options: CircuitBreakerOptions) {
    const defaults = {
      windowSize: 20,
      minimumCalls: 10,
      failureShare: 0.5,
      openMs: FIRST_OPEN_MS,
      mostOpenMs: 120_000,
    };
    this.options = { ...defaults, ...options };
    this.nextOpenMs = this.options.openMs;
  }

  get state(): BreakerState {
    if (!this.isOpen) return 'closed';
    return this.remainingMs() > 0 ? 'open' : 'half-open';
  }

  /** True when one of five of the latest calls failed or was slow, or more, which does not open it yet. */
  get isFailing(): boolean {
    const bad = this.outcomes.filter((outcome) => outcome !== 'ok').length;
    return bad > 0 && bad * 5 >= this.outcomes.length;
  }

  /** Milliseconds until the next trial; 0 when one may begin. */
  remainingMs(): number {
    if (!this.isOpen) return 0;
    const now = this.options.clock.now();
    // The clock was set back: without this the vendor would stay cut off for as long.
    if (now < this.openedAt) this.openedAt = now;
    return Math.max(0, this.openedAt + this.openMs - now);
  }

  /** A pass for one call, or `undefined` when the call must not be made. */
  enter(): BreakerPass | undefined {
    if (this.state === 'open' || (this.isOpen && this.hasTrial)) return undefined;
    if (this.isOpen) this.hasTrial = true;
    const { period } = this;
    let isSaid = false;
    const once = (say: () => void) => (): void => {
      if (isSaid || period !== this.period) return;
      isSaid = true;
      say();
    };
    return {
      succeed: once(() => {
        this.record('ok');
      }),
      succeedSlowly: once(() => {
        this.record('slow');
      }),
      fail: once(() => {
        this.record('failed');
      }),
      release: once(() => {
        this.hasTrial = false;
      }),
      trip: (openMs) => {
        once(() => {
          this.open(openMs);
        })();
      },
    };
  }

  /** Somebody else says that the vendor fails: the next call is a trial. Changes nothing unless it is closed. */
  suspect(): void {
    if (!this.isOpen) this.open(0);
  }

  /** Somebody else was asked to leave the vendor alone for so many milliseconds. Never shortens what is left. */
  pause(openMs: number): void {
    if (openMs > this.remainingMs()) this.open(openMs);
  }

  private record(outcome: Outcome): void {
    if (this.isOpen) {
      // A slow answer is one: after an outage it is what there is to be had.
      if (outcome === 'failed') this.reopen();
      else this.close();
      return;
    }
    this.outcomes = [...this.outcomes, outcome].slice(-this.options.windowSize);
    if (this.isFailed() || this.isAlwaysSlow()) this.reopen();
  }

  private isFailed(): boolean {
    const { minimumCalls, failureShare } = this.options;
    const failures = this.outcomes.filter((outcome) => outcome === 'failed').length;
    return this.outcomes.length >= minimumCalls && failures >= failureShare * this.outcomes.length;
  }

  /** A slow vendor still answers; it costs every request its time only when it is never quick. */
  private isAlwaysSlow(): boolean {
    return this.outcomes.length >= this.options.windowSize && !this.outcomes.includes('ok');
  }

  private reopen(): void {
    const openMs = this.nextOpenMs;
    this.nextOpenMs = Math.min(openMs * 2, this.options.mostOpenMs);
    this.open(openMs);
  }

  private open(openMs: number): void {
    this.openedAt = this.options.clock.now();
    this.openMs = openMs;
    this.isOpen = true;
    this.startPeriod();
  }

  private close(): void {
    this.isOpen = false;
    this.nextOpenMs = this.options.openMs;
    this.startPeriod();
  }

  private startPeriod(): void {
    this.period += 1;
    this.hasTrial = false;
    this.outcomes = [];
  }
}
