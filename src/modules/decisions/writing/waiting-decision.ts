import type { DecisionEvent } from '../../screening/risk-events.js';

/** A decision that waits to be written, or the same one several times. Counted where requests run, so it is changed in place. */
export interface WaitingDecision {
  /** The first of them. */
  readonly event: DecisionEvent;
  /** Milliseconds since 1970 at which the minute begins that it is written under. */
  readonly minute: number;
  firstAt: number;
  lastAt: number;
  count: number;
  latencySumMs: number;
  latencyMaxMs: number;
  /** False once a request went on without knowing that it is kept. */
  isConfirmed: boolean;
  /** Told once it is written, or that it is only counted. */
  readonly waiters: ((isKept: boolean) => void)[];
  /** The same decision on another route, or in another minute. */
  readonly next: WaitingDecision | undefined;
}

export const MINUTE_MS = 60_000;

export function waitingDecision(event: DecisionEvent, now: number, next?: WaitingDecision): WaitingDecision {
  const latencyMs = storableLatency(event.latencyMs);
  return {
    event,
    minute: now - (now % MINUTE_MS),
    firstAt: now,
    lastAt: now,
    count: 1,
    latencySumMs: latencyMs,
    latencyMaxMs: latencyMs,
    isConfirmed: true,
    waiters: [],
    next,
  };
}

type Tally = Pick<WaitingDecision, 'firstAt' | 'lastAt' | 'count' | 'latencySumMs' | 'latencyMaxMs' | 'isConfirmed'>;

const MOST_LATENCY_MS = 1e9;

/** A caller of somebody else's may have measured anything. */
function storableLatency(latencyMs: number): number {
  return Number.isFinite(latencyMs) ? Math.min(Math.max(latencyMs, 0), MOST_LATENCY_MS) : 0;
}

/** Nothing but its count is going to be kept: whoever waits is told so. */
export function giveUp(entry: WaitingDecision): void {
  entry.isConfirmed = false;
  for (const tell of entry.waiters.splice(0)) tell(false);
}

/** One more of the same. */
export function countAgain(tally: Tally, measuredMs: number, now: number): void {
  const latencyMs = storableLatency(measuredMs);
  tally.count += 1;
  tally.latencySumMs += latencyMs;
  if (latencyMs > tally.latencyMaxMs) tally.latencyMaxMs = latencyMs;
  if (now > tally.lastAt) tally.lastAt = now;
  // The clock was set back.
  else if (now < tally.firstAt) tally.firstAt = now;
}

/** As many more as the other one stands for. */
export function addTally(tally: Tally, other: Readonly<Tally>): void {
  tally.count += other.count;
  tally.latencySumMs += other.latencySumMs;
  tally.latencyMaxMs = Math.max(tally.latencyMaxMs, other.latencyMaxMs);
  tally.firstAt = Math.min(tally.firstAt, other.firstAt);
  tally.lastAt = Math.max(tally.lastAt, other.lastAt);
  tally.isConfirmed &&= other.isConfirmed;
}
