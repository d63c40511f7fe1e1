import type { Clock } from '../../common/clock/clock.js';
import { StorageError } from '../../common/errors/ip-risk.error.js';

/** How the writing of decisions goes, in this process. */
export interface DecisionLogReport {
  readonly mode: 'batched' | 'durable';
  /** `idle`: nothing was written yet. `degraded`: the last batch could not be written; it is tried again. */
  readonly status: 'idle' | 'up' | 'degraded';
  /** Entries in memory, each one decision or several identical ones. */
  readonly waiting: number;
  /** Decisions that were written, since the start of the process as all that follow. */
  readonly recorded: number;
  /** Rows that were written, or added to. */
  readonly rows: number;
  /** Decisions that share a row with one before in the same batch. */
  readonly merged: number;
  /** Decisions that were only counted, since too many waited. */
  readonly summarised: number;
  /** Decisions that came after the end, or did not get written before it. */
  readonly lost: number;
  /** Batches that could not be written at a try. */
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly failingSince: number | undefined;
  /** Why the last try failed; holds no password and no address of a client. */
  readonly reason: string | undefined;
}

/** What a process knows of its writing. */
export class DecisionLogHealth {
  private status: DecisionLogReport['status'] = 'idle';
  private recorded = 0;
  private rows = 0;
  private failures = 0;
  private failingSince: number | undefined;
  private reason: string | undefined;
  summarised = 0;
  lost = 0;

  constructor(private readonly clock: Clock) {}

  wrote(decisions: number, rows: number): void {
    this.status = 'up';
    this.recorded += decisions;
    this.rows += rows;
    this.failingSince = undefined;
    this.reason = undefined;
  }

  failed(error: unknown): void {
    this.status = 'degraded';
    this.failures += 1;
    this.failingSince ??= this.clock.now();
    // Other errors may say more than a report should hold.
    this.reason = error instanceof StorageError ? error.message : 'An unexpected failure.';
  }

  report(): Omit<DecisionLogReport, 'mode' | 'waiting'> {
    const { status, recorded, rows, summarised, lost, failures, failingSince, reason } = this;
    return { status, recorded, rows, merged: recorded - rows, summarised, lost, failures, failingSince, reason };
  }
}
