import type { RiskAction } from '../policy/risk-decision.js';
import type { DecisionEvent } from './risk-events.js';

export interface DecisionCounts {
  readonly actions: Readonly<Record<RiskAction, number>>;
  /** Requests let through without a verdict. */
  readonly failedOpen: number;
  /** Requests stopped without a verdict. */
  readonly failedClosed: number;
}

/** Counts decisions since the start of the process. */
export class DecisionCounters {
  private readonly actions: Record<RiskAction, number> = { allow: 0, monitor: 0, challenge: 0, block: 0, review: 0 };
  private failedOpen = 0;
  private failedClosed = 0;

  readonly count = ({ decision }: DecisionEvent): void => {
    this.actions[decision.action] += 1;
    if (decision.failedOpen) this.failedOpen += 1;
    if (decision.failedClosed) this.failedClosed += 1;
  };

  snapshot(): DecisionCounts {
    return { actions: { ...this.actions }, failedOpen: this.failedOpen, failedClosed: this.failedClosed };
  }
}
