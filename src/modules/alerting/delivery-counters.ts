import type { Alert, AlertKind, AlertSeverity } from './alert.js';
import type { DeliveryOutcome } from './delivery-outcome.js';

export interface DeliveryCount {
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly outcome: DeliveryOutcome['status'];
  /** Tries. */
  readonly alerts: number;
  /** Events that the alerts of these tries tell of. */
  readonly events: number;
}

/** Tries of this process to deliver alerts, since it started. */
export class DeliveryCounters {
  private readonly counts = new Map<string, DeliveryCount>();

  count({ kind, severity, count }: Pick<Alert, 'kind' | 'severity' | 'count'>, { status }: DeliveryOutcome): void {
    const key = `${kind} ${severity} ${status}`;
    const { alerts, events } = this.counts.get(key) ?? { alerts: 0, events: 0 };
    this.counts.set(key, { kind, severity, outcome: status, alerts: alerts + 1, events: events + count });
  }

  report(): readonly DeliveryCount[] {
    return [...this.counts.values()];
  }
}
