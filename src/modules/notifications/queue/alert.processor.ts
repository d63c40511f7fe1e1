import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { untilAborted } from '../channels/until-aborted.js';
import type { ProcessAlert } from './alert-queue.js';
import { RetryLater, backoffStrategy } from './retry-later.js';

export const ALERT_QUEUE = 'ip-risk-alerts';

export interface AlertJob {
  readonly id: string;
}

/** Has the alerts of the queue delivered. It begins when it is told how, and not with the application. */
@Processor(ALERT_QUEUE, {
  autorun: false,
  // After a kill, somebody else has the alert within 15 s: the lock ends, and the next look finds it.
  lockDuration: 10_000,
  stalledInterval: 5000,
  // The database counts the tries, and guards against doing it twice.
  maxStalledCount: 1_000_000,
  runRetryDelay: 1000,
  settings: { backoffStrategy },
})
export class AlertProcessor extends WorkerHost {
  private deliver: ProcessAlert | undefined;
  private complain: () => void = () => undefined;
  private running: Promise<void> | undefined;

  /** @param complain is called for each failure of the worker itself. @throws where Nest has not made the worker yet */
  begin(deliver: ProcessAlert, concurrency: number, complain: () => void): void {
    this.worker.concurrency = concurrency;
    this.deliver = deliver;
    this.complain = complain;
    this.running = this.worker.run().catch(complain);
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  // BullMQ gives a signal to processors that name three parameters.
  override async process({ data }: Job<AlertJob>, _token: string | undefined, signal?: AbortSignal): Promise<void> {
    const next = await this.tried(data.id, signal ?? new AbortController().signal);
    if (next !== undefined) throw new RetryLater(next);
  }

  /** Without a listener, an error would end the process. */
  @OnWorkerEvent('error')
  onError(): void {
    this.complain();
  }

  private async tried(id: string, signal: AbortSignal): Promise<number | undefined> {
    const { deliver } = this;
    if (deliver === undefined) throw new RetryLater();
    try {
      // Whoever asks a database that is silent does not hear of the signal.
      const next = await untilAborted(signal, () => deliver(id, signal));
      if (!signal.aborted) return next;
    } catch {
      // It is tried again, whatever it was.
    }
    throw new RetryLater();
  }
}
