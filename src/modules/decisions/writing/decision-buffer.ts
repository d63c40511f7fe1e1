import type { RiskDecision } from '../../policy/risk-decision.js';
import type { DecisionEvent } from '../../screening/risk-events.js';
import { leanEvent } from './lean-event.js';
import { countAgain, MINUTE_MS, waitingDecision, type WaitingDecision } from './waiting-decision.js';

/**
 * Decisions that wait to be written, at most so many. Requests with nothing of their own share one decision, so the
 * decision itself is what its repeats are found by: a repeat costs one look into a map.
 */
export class DecisionBuffer {
  private readonly heads = new Map<RiskDecision, WaitingDecision>();
  private waiting = 0;

  /** @param most entries that may wait, those that were taken and are not {@link done} included. */
  constructor(private readonly most: number) {}

  /** Entries that wait or are being written. */
  get size(): number {
    return this.waiting;
  }

  /** Entries that nobody has taken yet. */
  untaken = 0;

  /** @returns the entry that counts it; `undefined` where there is no room for one more. */
  add(given: DecisionEvent, now: number): WaitingDecision | undefined {
    const event = leanEvent(given);
    const head = this.heads.get(event.decision);
    for (let entry = head; entry !== undefined; entry = entry.next) {
      if (isSame(entry, event, now)) {
        countAgain(entry, event.latencyMs, now);
        return entry;
      }
    }
    if (this.waiting >= this.most) return undefined;
    const entry = waitingDecision(event, now, head);
    this.heads.set(event.decision, entry);
    this.waiting += 1;
    this.untaken += 1;
    return entry;
  }

  /** Takes the oldest out, about `most` of them. They count as waiting until {@link done}. */
  take(most: number): WaitingDecision[] {
    const taken: WaitingDecision[] = [];
    for (const [decision, head] of this.heads) {
      if (taken.length >= most) break;
      for (let entry: WaitingDecision | undefined = head; entry !== undefined; entry = entry.next) taken.push(entry);
      this.heads.delete(decision);
    }
    this.untaken -= taken.length;
    return taken;
  }

  /** So many of those that were taken are written. */
  done(count: number): void {
    this.waiting -= count;
  }
}

/** Of one minute, so that however long the database is away a row says when it was. */
function isSame({ event, minute }: WaitingDecision, { route, claimedCountry }: DecisionEvent, now: number): boolean {
  return (
    event.route === route &&
    event.claimedCountry === claimedCountry &&
    // A clock that was set back begins no new one.
    now - minute < MINUTE_MS
  );
}
