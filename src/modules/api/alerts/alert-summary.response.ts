import type { ChannelReport } from '../../alerting/channel-health.js';
import type { AlertTally } from '../../alerting/outbox/alert-tally.js';
import { isoInstant } from '../instant.js';

/** What became of all events, and of the channel in this process, in snake_case JSON. */
export function toAlertSummary(tally: AlertTally, channel: ChannelReport | undefined): Record<string, unknown> {
  const { alerts, oldestPendingAt, ...events } = tally;
  const { triggered, delivered, suppressed, open, pending, queued, dead, repeated } = events;
  return {
    triggered,
    delivered,
    suppressed,
    open,
    pending,
    queued,
    dead,
    repeated,
    alerts: { pending: alerts.pending, queued: alerts.queued, delivered: alerts.delivered, dead: alerts.dead },
    oldest_pending_at: isoInstant(oldestPendingAt),
    channel: channel === undefined ? null : toChannelResponse(channel),
  };
}

function toChannelResponse(report: ChannelReport): Record<string, unknown> {
  return {
    name: report.channel,
    status: report.status,
    delivered: report.delivered,
    failed: report.failed,
    refused: report.refused,
    last_delivered_at: isoInstant(report.lastDeliveredAt),
    failing_since: isoInstant(report.failingSince),
    reason: report.reason ?? null,
  };
}
