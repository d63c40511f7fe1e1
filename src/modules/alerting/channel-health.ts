import type { Clock } from '../../common/clock/clock.js';
import type { DeliveryOutcome } from './delivery-outcome.js';

/** How deliveries go, in this process. */
export interface ChannelReport {
  /** `none`: nobody delivers alerts in this process. */
  readonly channel: string;
  /** `misconfigured`: alerts are refused until the settings change. `degraded`: the last try failed. */
  readonly status: 'idle' | 'up' | 'degraded' | 'misconfigured';
  readonly delivered: number;
  readonly failed: number;
  readonly refused: number;
  /** Milliseconds since 1970. */
  readonly lastDeliveredAt: number | undefined;
  readonly failingSince: number | undefined;
  /** Why the last try failed. */
  readonly reason: string | undefined;
}

/** What this process knows of the channel that its alerts go to. */
export class ChannelHealth {
  private channel = 'none';
  private status: ChannelReport['status'] = 'idle';
  private readonly counts = { delivered: 0, failed: 0, refused: 0 };
  private lastDeliveredAt: number | undefined;
  private failingSince: number | undefined;
  private reason: string | undefined;

  constructor(private readonly clock: Clock) {}

  /** Names the channel, once there is one. */
  use(channel: string): void {
    this.channel = channel;
  }

  /** Takes note of a try. */
  note(outcome: DeliveryOutcome): void {
    const now = this.clock.now();
    this.counts[outcome.status] += 1;
    if (outcome.status === 'delivered') {
      this.status = 'up';
      this.lastDeliveredAt = now;
      this.failingSince = undefined;
      this.reason = undefined;
      return;
    }
    this.status = outcome.status === 'refused' && outcome.isMisconfigured ? 'misconfigured' : 'degraded';
    this.failingSince ??= now;
    this.reason = outcome.reason;
  }

  /** Since the start of the process. */
  report(): ChannelReport {
    const { channel, status, lastDeliveredAt, failingSince, reason } = this;
    return { channel, status, ...this.counts, lastDeliveredAt, failingSince, reason };
  }
}
