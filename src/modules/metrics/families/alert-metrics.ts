import type { Clock } from '../../../common/clock/clock.js';
import { ALERT_KINDS, ALERT_SEVERITIES } from '../../alerting/alert.js';
import type { ChannelHealth, ChannelReport } from '../../alerting/channel-health.js';
import type { DeliveryCount, DeliveryCounters } from '../../alerting/delivery-counters.js';
import type { AlertOutbox } from '../../alerting/outbox/alert-outbox.js';
import type { AlertTallyGlance, GlancedTally } from '../alert-tally-glance.js';
import type { Sample, SnapshotMetrics } from '../snapshot-metrics.js';

export interface AlertSources {
  readonly outbox: Pick<AlertOutbox, 'report'>;
  readonly tally: Pick<AlertTallyGlance, 'look'>;
  readonly clock: Clock;
  /** `undefined` where this process delivers none. */
  readonly channel: Pick<ChannelHealth, 'report'> | undefined;
  readonly deliveries: Pick<DeliveryCounters, 'report'> | undefined;
}

/** Each event is in one of them. */
const EVENT_STATES = ['delivered', 'suppressed', 'open', 'pending', 'queued', 'dead'] as const;
const CHANNEL_STATES: readonly ChannelReport['status'][] = ['idle', 'up', 'degraded', 'misconfigured'];

/** `*_total` are of this process; the queue is the same for all of them, so that the largest of its figures holds. */
export function registerAlertMetrics(metrics: SnapshotMetrics, sources: AlertSources): void {
  registerRaised(metrics, sources);
  registerQueue(metrics, sources);
  const { channel, deliveries } = sources;
  if (channel !== undefined) registerChannel(metrics, channel);
  if (deliveries !== undefined) registerDelivered(metrics, deliveries);
}

function registerRaised(metrics: SnapshotMetrics, { outbox }: AlertSources): void {
  metrics.counter({ name: 'alerts_triggered_total', help: 'Events that owed an alert.' }, () => [
    [outbox.report().triggered],
  ]);
  metrics.counter({ name: 'alerts_emitted_total', help: 'Alerts made at once; digests come later.' }, () => [
    [outbox.report().emitted],
  ]);
}

function registerQueue(metrics: SnapshotMetrics, { tally, clock }: AlertSources): void {
  const known = (read: (glanced: GlancedTally) => readonly Sample[]) => (): readonly Sample[] => {
    const glanced = tally.look();
    return glanced === undefined ? [] : read(glanced);
  };
  const seconds = (since: number): number => Math.max(0, clock.now() - since) / 1000;
  metrics.gauge(
    { name: 'alert_queue_depth', help: 'Alerts to be delivered, in all processes.', labels: ['state'] },
    known(({ tally: { alerts } }) => [
      [alerts.pending, { state: 'pending' }],
      [alerts.queued, { state: 'queued' }],
    ]),
  );
  metrics.gauge(
    {
      name: 'alert_events',
      help: 'What became of all events that owed an alert, in all processes since the tables were made.',
      labels: ['state'],
    },
    known(({ tally: events }) => EVENT_STATES.map((state) => [events[state], { state }])),
  );
  metrics.gauge(
    { name: 'alerts_dead', help: 'Alerts that were given up and can be replayed, in all processes.' },
    known(({ tally: { alerts } }) => [[alerts.dead]]),
  );
  metrics.gauge(
    { name: 'alert_oldest_pending_seconds', help: 'Age of the oldest alert that is to be delivered; 0 without one.' },
    known(({ tally: { oldestPendingAt } }) => [[oldestPendingAt === undefined ? 0 : seconds(oldestPendingAt)]]),
  );
  metrics.gauge(
    { name: 'alert_tally_age_seconds', help: 'Since the database was asked for the figures of the queue.' },
    known(({ at }) => [[seconds(at)]]),
  );
}

function registerChannel(metrics: SnapshotMetrics, channel: Pick<ChannelHealth, 'report'>): void {
  metrics.gauge(
    {
      name: 'alert_channel_status',
      help: '1 for the state that the channel is in; misconfigured until the settings change.',
      labels: ['channel', 'status'],
    },
    () => {
      const { channel: name, status } = channel.report();
      return CHANNEL_STATES.map((state) => [state === status ? 1 : 0, { channel: name, status: state }]);
    },
  );
}

function registerDelivered(metrics: SnapshotMetrics, deliveries: Pick<DeliveryCounters, 'report'>): void {
  const of = (outcome: DeliveryCount['outcome']): readonly DeliveryCount[] =>
    deliveries.report().filter((each) => each.outcome === outcome);
  metrics.counter(
    { name: 'alerts_delivered_total', help: 'Alerts delivered by this process.', labels: ['kind', 'severity'] },
    () => {
      const delivered = of('delivered');
      return ALERT_KINDS.flatMap((kind) =>
        ALERT_SEVERITIES.map((severity) => {
          const count = delivered.find((each) => each.kind === kind && each.severity === severity);
          return [count?.alerts ?? 0, { kind, severity }] as const;
        }),
      );
    },
  );
  metrics.counter(
    { name: 'alert_events_delivered_total', help: 'Events that the delivered alerts tell of: a digest tells of many.' },
    () => [[sumOf(of('delivered').map(({ events }) => events))]],
  );
  metrics.counter({ name: 'alerts_failed_total', help: 'Tries to deliver that failed and are made again.' }, () => [
    [sumOf(of('failed').map(({ alerts }) => alerts))],
  ]);
  metrics.counter(
    { name: 'alerts_refused_total', help: 'Alerts that the channel refused: they are dead until replayed.' },
    () => [[sumOf(of('refused').map(({ alerts }) => alerts))]],
  );
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
