import type { Queue } from 'bullmq';
import type { Clock } from '../../../common/clock/clock.js';
import { LineLimit } from '../../../common/log/line-limit.js';
import type { QueuedAlert } from '../../alerting/outbox/alert-deliveries.js';
import { QueueError, type AlertQueue, type ProcessAlert, type QueueDepth } from './alert-queue.js';
import type { AlertJob, AlertProcessor } from './alert.processor.js';
import type { QueueStore } from './queue-store.js';
import { within } from './within.js';

const ANSWER_MS = 2000;
/** Milliseconds for what is written of deliveries that were given up. */
const FAREWELL_MS = 300;

export interface BullAlertQueueOptions {
  readonly queue: Queue<AlertJob>;
  readonly processor: AlertProcessor;
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly warn: (line: string) => void;
}

/** Alerts as jobs of BullMQ. A job holds the id of its alert and nothing else. */
export class BullAlertQueue implements AlertQueue {
  private readonly queue: Queue<AlertJob>;
  private readonly processor: AlertProcessor;
  private readonly store: QueueStore;
  private readonly clock: Clock;
  private readonly concurrency: number;
  private readonly warn: (line: string) => void;
  private readonly lines: LineLimit;
  private isClosed = false;

  constructor({ queue, processor, store, clock, concurrency, warn }: BullAlertQueueOptions) {
    this.queue = queue;
    this.processor = processor;
    this.store = store;
    this.clock = clock;
    this.concurrency = concurrency;
    this.warn = warn;
    this.lines = new LineLimit(clock);
    // Without a listener, an error would end the process. Who asks is told of it anyway.
    queue.on('error', () => undefined);
  }

  get isReachable(): boolean {
    return !this.isClosed && this.store.isReachable;
  }

  async add(alerts: readonly QueuedAlert[]): Promise<void> {
    await this.asked(() => this.queue.addBulk(alerts.map(jobOf)));
  }

  async depth(): Promise<QueueDepth> {
    const counts = await this.asked(() => this.queue.getJobCounts('waiting', 'active', 'delayed'));
    const { waiting = 0, active = 0, delayed = 0 } = counts;
    return { waiting, active, delayed };
  }

  start(process: ProcessAlert): void {
    this.processor.begin(process, this.concurrency, () => {
      // While its store is away, whoever has alerts for it says so.
      const count = this.isReachable ? this.lines.take() : undefined;
      if (count === undefined) return;
      this.warn(`The worker of the alert queue failed ${count} time(s) since the last such line; it goes on.`);
    });
  }

  async close(withinMs: number): Promise<void> {
    this.isClosed = true;
    if (!this.processor.isRunning) {
      this.store.disconnect();
      return;
    }
    const { worker } = this.processor;
    const closed = worker.close().catch(() => undefined);
    await within(this.clock, withinMs, closed).catch(async () => {
      worker.cancelAllJobs();
      await within(this.clock, FAREWELL_MS, closed).catch(() => undefined);
    });
    // Whoever still waits for an answer is told that there will be none.
    this.store.disconnect();
    await within(this.clock, FAREWELL_MS, closed).catch(() => undefined);
  }

  private async asked<T>(ask: () => Promise<T>): Promise<T> {
    // BullMQ would wait for its server to come.
    if (!this.isReachable) throw new QueueError('The queue of alerts cannot be reached.');
    return within(this.clock, ANSWER_MS, ask());
  }
}

function jobOf({ id, delayMs, triesLeft }: QueuedAlert): Parameters<Queue<AlertJob>['addBulk']>[0][number] {
  return {
    name: 'alert',
    data: { id },
    opts: {
      jobId: id,
      delay: delayMs,
      attempts: triesLeft,
      backoff: { type: 'custom' },
      // The database keeps what ended. A job that stays would be taken for the alert when that is replayed.
      removeOnComplete: true,
      removeOnFail: true,
    },
  };
}
