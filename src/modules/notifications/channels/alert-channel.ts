import type { Alert } from '../../alerting/alert.js';
import type { DeliveryOutcome } from '../../alerting/delivery-outcome.js';
import type { AlertPayload } from '../payload/alert-payload.js';

/** An alert on its way out. */
export interface OutgoingAlert {
  readonly id: string;
  readonly kind: Alert['kind'];
  readonly severity: Alert['severity'];
  readonly audience: Alert['audience'];
  /** Whom it is about and, for the audience `user`, whom it goes to. */
  readonly userId: string | undefined;
  /** Stays the same until the service has used it up on a failure. */
  readonly idempotencyKey: string;
  /** What is documented and sent. */
  readonly payload: AlertPayload;
}

/** Where alerts go. A channel is asked one alert at a time, and may be asked the same one again. */
export interface AlertChannel {
  /** Stands in health and metrics: lower-case letters, digits, dashes. */
  readonly name: string;
  /** Called once, before the application takes requests: loads what the first delivery would hold everybody up for. */
  start?(): Promise<void>;
  /** Does not reject: what goes wrong is an outcome. Ends when `signal` is aborted, at the latest. */
  deliver(alert: OutgoingAlert, signal: AbortSignal): Promise<DeliveryOutcome>;
}
