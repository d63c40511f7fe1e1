import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Logger, Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { ANSWER_LINKS, type AnswerLinks } from '../alerting/account/answer-links.js';
import { ChannelHealth } from '../alerting/channel-health.js';
import { DeliveryCounters } from '../alerting/delivery-counters.js';
import { AlertDeliveries } from '../alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from '../alerting/outbox/alert-outbox.js';
import { TravelAlerts } from '../alerting/travel/travel-alerts.js';
import { DATABASE, type Database } from '../storage/database.js';
import type { AlertsModuleOptions } from './alerts-options.js';
import { AlertsLifecycle } from './alerts.lifecycle.js';
import { deliveryLimits } from './delivery-limits.js';
import { AlertDelivery } from './delivery/alert-delivery.js';
import { buildPayload } from './payload/build-payload.js';
import { ALERTS_OPTIONS, type ASYNC_OPTIONS_TYPE, type OPTIONS_TYPE } from './queue/alert-queue.module-definition.js';
import { AlertQueueModule } from './queue/alert-queue.module.js';
import { ALERT_QUEUE, AlertProcessor, type AlertJob } from './queue/alert.processor.js';
import { BullAlertQueue } from './queue/bull-alert-queue.js';
import { QueueStore } from './queue/queue-store.js';
import { OutboxRelay } from './relay/outbox-relay.js';

const warn = (line: string): void => {
  new Logger('Alerts').warn(line);
};

const services: Provider[] = [
  AlertProcessor,
  {
    provide: AlertDelivery,
    inject: [
      ALERTS_OPTIONS,
      AlertDeliveries,
      ChannelHealth,
      DeliveryCounters,
      CLOCK,
      { token: ANSWER_LINKS, optional: true },
    ],
    useFactory: (
      options: AlertsModuleOptions,
      deliveries: AlertDeliveries,
      health: ChannelHealth,
      counters: DeliveryCounters,
      clock: Clock,
      links?: AnswerLinks,
    ) => {
      const { channel, publicUrl } = options;
      return new AlertDelivery({
        deliveries,
        channel,
        health,
        counters,
        clock,
        timeoutMs: deliveryLimits(options).timeoutMs,
        payloadOf: (alert) => buildPayload(alert, { publicUrl, links: links?.linksFor(alert) }),
      });
    },
  },
  {
    provide: BullAlertQueue,
    inject: [getQueueToken(ALERT_QUEUE), AlertProcessor, QueueStore, CLOCK, ALERTS_OPTIONS],
    useFactory: (
      queue: Queue<AlertJob>,
      processor: AlertProcessor,
      store: QueueStore,
      clock: Clock,
      options: AlertsModuleOptions,
    ) => new BullAlertQueue({ queue, processor, store, clock, concurrency: deliveryLimits(options).concurrency, warn }),
  },
  {
    provide: OutboxRelay,
    inject: [DATABASE, AlertOutbox, AlertDeliveries, BullAlertQueue, AlertDelivery, CLOCK, TravelAlerts],
    useFactory: (
      database: Database,
      outbox: AlertOutbox,
      deliveries: AlertDeliveries,
      queue: BullAlertQueue,
      delivery: AlertDelivery,
      clock: Clock,
      travel: TravelAlerts,
    ) =>
      new OutboxRelay({
        database,
        outbox,
        deliveries,
        queue,
        clock,
        warn,
        begin: () => {
          queue.start((id, signal) => delivery.deliver(id, signal));
        },
        sweep: () => travel.sweep(),
      }),
  },
  AlertsLifecycle,
];

/**
 * Delivers the alerts that `IpRiskModule` raises. Needs that module beside it, global, with a `database` and with `alerts`.
 * Any number of processes may deliver; each alert is one process's at a time.
 */
@Module({ providers: services, exports: [BullAlertQueue] })
export class AlertsModule {
  static forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return fed(AlertQueueModule.forRoot(options));
  }

  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return fed(AlertQueueModule.forRootAsync(options));
  }
}

/** BullMQ's module and ours are given the same one, so there is one. */
function fed(settings: DynamicModule): DynamicModule {
  const queue = BullModule.registerQueueAsync({
    name: ALERT_QUEUE,
    imports: [settings],
    inject: [QueueStore],
    useFactory: ({ connection }: QueueStore) => ({ connection }),
  });
  return { module: AlertsModule, imports: [settings, queue] };
}
