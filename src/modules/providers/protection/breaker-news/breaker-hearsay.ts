import type { Clock } from '../../../../common/clock/clock.js';
import { FIRST_OPEN_MS, type BreakerState, type CircuitBreaker } from '../circuit-breaker.js';
import type { ProviderFailure } from '../provider-result.js';
import { pauseAfter } from '../vendor-pause.js';
import { PAUSE_CODES, type BreakerNews, type VendorNews, type VendorPaused } from './breaker-news.js';

export interface BreakerHearsayOptions {
  readonly providerId: string;
  readonly breaker: CircuitBreaker;
  readonly clock: Clock;
  readonly news: BreakerNews | undefined;
  /** Told why the vendor is not asked from now on. */
  readonly onHeard: (code: ProviderFailure['code']) => void;
}

/**
 * Joins a vendor's breaker with those of other processes. A pause that the vendor asked of one is kept by all; that one
 * of them gave up on the vendor makes the others try with a single call. What is heard is never told on, and after each
 * piece of news the process goes by its own calls for a while: forged news takes the vendor away for half of the time at
 * most.
 */
export class BreakerHearsay {
  private readonly pauses: QuietTime;
  private readonly suspicions: QuietTime;
  private latest: VendorNews['kind'] | undefined;
  private stopListening: (() => void) | undefined;

  constructor(private readonly options: BreakerHearsayOptions) {
    this.pauses = new QuietTime(options.clock);
    this.suspicions = new QuietTime(options.clock);
  }

  /** Why the breaker is not closed, where it is by what others said alone. */
  get heard(): VendorNews['kind'] | undefined {
    return this.options.breaker.state === 'closed' ? undefined : this.latest;
  }

  /** Begins to listen, and takes over what still holds. Never rejects. */
  async start(): Promise<void> {
    const { news, providerId } = this.options;
    if (news === undefined) return;
    this.stopListening ??= news.listen((heard) => {
      this.hear(heard);
    });
    const recent = await news.recent(providerId);
    if (recent !== undefined) this.hear(recent);
  }

  stop(): void {
    this.stopListening?.();
    this.stopListening = undefined;
  }

  /**
   * Looks at what a call of this process did to the breaker, and tells the others if there is news in it.
   *
   * @param before the state in which the breaker was.
   */
  afterOwnCall(before: BreakerState, code: ProviderFailure['code']): void {
    const { breaker, news, providerId } = this.options;
    if (before === 'open' || breaker.state !== 'open') return;
    this.latest = undefined;
    const pauseCode = PAUSE_CODES.find((known) => known === code);
    if (pauseCode !== undefined) {
      news?.tell({ kind: 'paused', providerId, code: pauseCode, pauseMs: breaker.remainingMs() });
    } else if (before === 'closed') {
      // That a trial failed is no news: the others were told when it began.
      news?.tell({ kind: 'suspected', providerId });
    }
  }

  private hear(news: VendorNews): void {
    if (news.providerId !== this.options.providerId) return;
    if (news.kind === 'paused') this.hearPause(news);
    else this.hearSuspicion();
  }

  private hearPause({ code, providerId, pauseMs }: VendorPaused): void {
    const { breaker, onHeard } = this.options;
    const ms = pauseAfter({ providerId, code, retryAfterMs: pauseMs });
    if (ms === undefined || ms <= breaker.remainingMs() || !this.pauses.begin(2 * ms)) return;
    breaker.pause(ms);
    this.latest = 'paused';
    onHeard(code);
  }

  private hearSuspicion(): void {
    const { breaker, onHeard } = this.options;
    if (breaker.state !== 'closed' || !this.suspicions.begin(FIRST_OPEN_MS)) return;
    breaker.suspect();
    this.latest = 'suspected';
    onHeard('PROVIDER_UNREACHABLE');
  }
}

/** A time in which no more news is taken. */
class QuietTime {
  private beganAt = -Infinity;
  private lengthMs = 0;

  constructor(private readonly clock: Clock) {}

  /** Begins a new one; false while one lasts. */
  begin(lengthMs: number): boolean {
    const now = this.clock.now();
    // The clock was set back: without this nothing would be heard for as long.
    if (now < this.beganAt) this.beganAt = now;
    if (now - this.beganAt < this.lengthMs) return false;
    this.beganAt = now;
    this.lengthMs = lengthMs;
    return true;
  }
}
