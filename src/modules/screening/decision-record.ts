import type { DecisionEvent } from './risk-events.js';

/** Puts decisions where they outlive the process, before anybody acts on them. */
export interface DecisionRecord {
  /**
   * Never rejects.
   *
   * @returns false where it is not known within `withinMs` that the decision is kept; it may be all the same, later.
   */
  keep(event: DecisionEvent, withinMs: number): Promise<boolean>;
}
