import type { Clock } from '../../../common/clock/clock.js';
import type { Alert } from '../../alerting/alert.js';
import type { ChannelHealth } from '../../alerting/channel-health.js';
import type { DeliveryCounters } from '../../alerting/delivery-counters.js';
import type { DeliveryOutcome } from '../../alerting/delivery-outcome.js';
import type { AlertDeliveries } from '../../alerting/outbox/alert-deliveries.js';
import type { AlertChannel, OutgoingAlert } from '../channels/alert-channel.js';
import { untilAborted } from '../channels/until-aborted.js';
import type { AlertPayload } from '../payload/alert-payload.js';

export interface AlertDeliveryOptions {
  readonly deliveries: Pick<AlertDeliveries, 'begin' | 'settle'>;
  readonly channel: AlertChannel;
  readonly health: ChannelHealth;
  readonly counters: DeliveryCounters;
  readonly payloadOf: (alert: Alert) => AlertPayload;
  readonly clock: Clock;
  /** Milliseconds that the channel may take. @default 10000 */
  readonly timeoutMs?: number | undefined;
}

export const DEFAULT_CHANNEL_TIMEOUT_MS = 10_000;

/** One try to deliver an alert: from the database through the channel, and what became of it back to the database. */
export class AlertDelivery {
  private readonly options: AlertDeliveryOptions;
  private readonly timeoutMs: number;
  private readonly underWay = new Map<string, Promise<number | undefined>>();

  constructor(options: AlertDeliveryOptions) {
    this.options = options;
    this.timeoutMs = options.timeoutMs ?? DEFAULT_CHANNEL_TIMEOUT_MS;
    options.health.use(options.channel.name);
  }

  /**
   * Who asks for an alert that is on its way waits for that try.
   *
   * @param stopped is aborted when there is no time left: nothing is settled then, and the same try is made again later.
   * @returns milliseconds until the next try, `undefined` where it ended
   * @throws StorageError; the alert may be delivered all the same, and is again under the same idempotency key.
   */
  deliver(alertId: string, stopped: AbortSignal): Promise<number | undefined> {
    const known = this.underWay.get(alertId);
    if (known !== undefined) return known;
    const attempt = this.attempt(alertId, stopped).finally(() => this.underWay.delete(alertId));
    this.underWay.set(alertId, attempt);
    return attempt;
  }

  private async attempt(alertId: string, stopped: AbortSignal): Promise<number | undefined> {
    const { deliveries, health, counters } = this.options;
    const alert = await deliveries.begin(alertId);
    if (alert === undefined) return undefined;
    const outcome = await this.ask(alert, stopped);
    health.note(outcome);
    const next = await deliveries.settle(alert, outcome);
    counters.count(alert, outcome);
    return next;
  }

  private async ask(alert: Alert, stopped: AbortSignal): Promise<DeliveryOutcome> {
    const late = new AbortController();
    const cancel = this.options.clock.after(this.timeoutMs, () => {
      late.abort();
    });
    try {
      const signal = AbortSignal.any([late.signal, stopped]);
      const outcome = await untilAborted(signal, async () =>
        this.options.channel.deliver(this.outgoing(alert), signal),
      );
      if (outcome !== undefined) return outcome;
    } catch (error) {
      // The name only: a message may hold a key or a URL.
      return failed(`The channel failed unexpectedly (${error instanceof Error ? error.name : 'not an Error'}).`);
    } finally {
      cancel();
    }
    if (!late.signal.aborted) throw new Error('The delivery was given up, since the process ends.');
    return failed(`The channel did not answer within ${this.timeoutMs} ms.`);
  }

  private outgoing(alert: Alert): OutgoingAlert {
    const { id, kind, severity, audience, facts, keyGeneration } = alert;
    return {
      id,
      kind,
      severity,
      audience,
      userId: facts.user,
      idempotencyKey: keyGeneration === 0 ? id : `${id}-${keyGeneration}`,
      payload: this.options.payloadOf(alert),
    };
  }
}

const failed = (reason: string): DeliveryOutcome => ({ status: 'failed', reason });
