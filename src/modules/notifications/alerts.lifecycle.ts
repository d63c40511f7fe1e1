import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { AlertsModuleOptions } from './alerts-options.js';
import { ALERTS_OPTIONS } from './queue/alert-queue.module-definition.js';
import { BullAlertQueue } from './queue/bull-alert-queue.js';
import { OutboxRelay } from './relay/outbox-relay.js';

/** Milliseconds that a delivery under way has to end. */
const DELIVERY_MS = 2000;

/** Delivers for as long as the application runs, and stops within 3 s while the database can still be written to. */
@Injectable()
export class AlertsLifecycle implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(ALERTS_OPTIONS) private readonly options: AlertsModuleOptions,
    private readonly relay: OutboxRelay,
    private readonly queue: BullAlertQueue,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.options.channel.start?.();
  }

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.relay.close(DELIVERY_MS), this.queue.close(DELIVERY_MS)]);
  }
}
