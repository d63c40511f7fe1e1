import { byTime } from '../../src/modules/geo-velocity/travel/login-order.js';
import { findingsAround } from '../../src/modules/geo-velocity/travel/travel-findings.js';
import type { TravelPoint } from '../../src/modules/geo-velocity/travel/travel-point.js';
import { horizonMs, isComparable, MOST_POINTS } from '../../src/modules/geo-velocity/travel/travel-rules.js';
import type { TravelFinding, TravelLimits } from '../../src/modules/geo-velocity/travel/travel-verdict.js';

/** One user's findings as a store keeps them: from the few logins around each one that arrives, never from all. */
export class RecordedTravel {
  private readonly comparable: TravelPoint[] = [];
  private readonly findings = new Map<string, TravelFinding>();
  private readonly horizonMs: number;

  constructor(private readonly limits: TravelLimits) {
    this.horizonMs = horizonMs(limits);
  }

  record(login: TravelPoint): void {
    if (!isComparable(login)) return;
    const notBefore = this.comparable.findIndex((point) => byTime(point, login) >= 0);
    const index = notBefore < 0 ? this.comparable.length : notBefore;
    if (this.comparable[index]?.eventId === login.eventId) return;
    const before = this.comparable.slice(Math.max(0, index - MOST_POINTS), index);
    const after = this.comparable.slice(index, index + MOST_POINTS);
    const until = login.ts + this.horizonMs;
    const { found, withdrawn } = findingsAround(
      before,
      login,
      after.filter(({ ts }) => ts <= until),
      this.limits,
    );
    for (const finding of withdrawn) {
      if (!this.findings.delete(idOf(finding))) throw new Error('A finding was withdrawn that was never found.');
    }
    for (const finding of found) {
      if (this.findings.has(idOf(finding))) throw new Error('A finding was found twice.');
      this.findings.set(idOf(finding), finding);
    }
    this.comparable.splice(index, 0, login);
  }

  /** In no order. */
  all(): TravelFinding[] {
    return [...this.findings.values()];
  }
}

/** The same for the same two logins. */
export function idOf({ from, to }: TravelFinding): string {
  return `${from.eventId} -> ${to.eventId}`;
}
