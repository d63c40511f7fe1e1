import { DurationHistogram, type DurationCounts } from '../../../common/durations/duration-histogram.js';
import type { IpRiskErrorCode } from '../../../common/errors/ip-risk.error.js';

export type CallOutcome = 'ok' | 'NO_DATA' | IpRiskErrorCode;

export interface CallReport {
  /** Milliseconds since 1970; `undefined` before the first success. */
  readonly lastSuccessAt: number | undefined;
  /** Milliseconds of the latest answered calls; `undefined` before the first. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  /** Calls by how they ended, since the start of the process. */
  readonly calls: Readonly<Partial<Record<CallOutcome, number>>>;
  /** Lookups that were refused without asking the vendor, by the reason they were given. */
  readonly refused: Readonly<Partial<Record<CallOutcome, number>>>;
}

/** Latest answered calls that the percentiles are of. */
const KEPT = 128;
/** Calls in a row without a success from which a vendor is not well. */
const FRUITLESS = 10;

/** What became of the calls to one vendor. */
export class CallRecord {
  private readonly calls: Partial<Record<CallOutcome, number>> = {};
  private readonly refused: Partial<Record<CallOutcome, number>> = {};
  private readonly durations: number[] = [];
  private readonly histogram = new DurationHistogram();
  private next = 0;
  private lastSuccessAt: number | undefined;
  private sinceSuccess = 0;

  /** True when none of the latest ten calls gave a verdict: the breaker does not mind a vendor that refuses every address. */
  get isFruitless(): boolean {
    return this.sinceSuccess >= FRUITLESS;
  }

  ended(outcome: CallOutcome, durationMs: number, now: number): void {
    this.calls[outcome] = (this.calls[outcome] ?? 0) + 1;
    this.sinceSuccess = outcome === 'ok' ? 0 : this.sinceSuccess + 1;
    // A refused connection is quick and a timeout is as long as the deadline: neither says how fast the vendor is.
    if (outcome !== 'ok' && outcome !== 'NO_DATA') return;
    this.lastSuccessAt = now;
    this.durations[this.next] = Math.max(0, durationMs);
    this.next = (this.next + 1) % KEPT;
    this.histogram.note(durationMs);
  }

  refuse(outcome: CallOutcome): void {
    this.refused[outcome] = (this.refused[outcome] ?? 0) + 1;
  }

  /** The provider held back although it was asked. */
  withheld(outcome: CallOutcome): void {
    this.refuse(outcome);
    this.sinceSuccess += 1;
  }

  /** Of all answered calls since the start of the process. */
  get answered(): DurationCounts {
    return this.histogram.counts();
  }

  report(): CallReport {
    const sorted = [...this.durations].sort((a, b) => a - b);
    const at = (share: number): number | undefined => sorted[Math.ceil(share * sorted.length) - 1];
    return {
      lastSuccessAt: this.lastSuccessAt,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      calls: { ...this.calls },
      refused: { ...this.refused },
    };
  }
}
