import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BullAlertQueue } from './queue/bull-alert-queue.js';
import { OutboxRelay } from './relay/outbox-relay.js';

/** Milliseconds that a delivery under way has to end. */
const DELIVERY_MS = 2000;

/** Delivers for as long as the application runs, and stops within 3 s while the database can still be written to. */
@Injectable()
export class AlertsLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly queue: BullAlertQueue,
  ) {}

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.relay.close(DELIVERY_MS), this.queue.close(DELIVERY_MS)]);
  }
}
