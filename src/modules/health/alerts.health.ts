import { Inject, Injectable, Optional } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { ChannelHealth } from '../alerting/channel-health.js';

/** Reports the channel that alerts go to. Always up: alerts that cannot go now wait in the database, which is degraded and not down. */
@Injectable()
export class AlertsHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Optional() @Inject(ChannelHealth) private readonly channel: ChannelHealth | undefined,
  ) {}

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('alerts');
    const report = this.channel?.report();
    if (report === undefined) return indicator.up({ channel: 'none', channel_status: 'idle' });
    const { channel, status, delivered, failed, refused, lastDeliveredAt, failingSince, reason } = report;
    return indicator.up({
      channel,
      channel_status: status,
      delivered,
      failed,
      refused,
      last_delivered_at: lastDeliveredAt === undefined ? null : new Date(lastDeliveredAt).toISOString(),
      failing_since: failingSince === undefined ? null : new Date(failingSince).toISOString(),
      reason: reason ?? null,
    });
  }
}
