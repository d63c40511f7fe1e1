import type { Clock } from '../../../common/clock/clock.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import { LineLimit } from '../../../common/log/line-limit.js';
import type { AlertDeliveries } from '../../alerting/outbox/alert-deliveries.js';
import type { AlertOutbox } from '../../alerting/outbox/alert-outbox.js';
import type { DatabaseReport } from '../../storage/database.js';
import { QueueError, type AlertQueue } from '../queue/alert-queue.js';
import { within } from '../queue/within.js';

export interface OutboxRelayOptions {
  readonly database: { report(): Pick<DatabaseReport, 'status'> };
  readonly outbox: Pick<AlertOutbox, 'onEmitted'>;
  readonly deliveries: Pick<AlertDeliveries, 'closeWindows' | 'take'>;
  readonly queue: Pick<AlertQueue, 'add' | 'isReachable'>;
  readonly clock: Clock;
  readonly warn: (line: string) => void;
  /** Called once, when the database is there. Where it throws it is called again. */
  readonly begin?: () => void;
  /** Looks for alerts that somebody owed when he ended; every 15 s. */
  readonly sweep?: () => Promise<unknown>;
}

const LOOK_MS = 1000;
/** Milliseconds between two tries while the database is away. */
const AWAY_LOOK_MS = 5000;
const SWEEP_MS = 15_000;
/** Milliseconds that a queue has to come up, its tables to be made included, before that is worth a line. */
const COMING_UP_MS = 15_000;
const AT_ONCE = 100;

/**
 * Takes alerts out of the database to the queue, as soon as they are made here and at the latest a second after they were
 * made elsewhere. What the queue does not take stays in the database, and is taken again when its lease is over.
 */
export class OutboxRelay {
  private readonly options: OutboxRelayOptions;
  private readonly lines: LineLimit;
  private begunAt: number | undefined;
  private wasReachable = false;
  private isEnded = false;
  private isWanted = false;
  private pass: Promise<void> | undefined;
  private sweptAt = -Infinity;
  private cancelLook: () => void = () => undefined;
  private forget: () => void = () => undefined;

  constructor(options: OutboxRelayOptions) {
    this.options = options;
    this.lines = new LineLimit(options.clock);
  }

  start(): void {
    this.forget = this.options.outbox.onEmitted(() => {
      this.wake();
    });
    this.lookAgain();
  }

  /** @param withinMs that a pass under way may take; it is left then. */
  async close(withinMs: number): Promise<void> {
    this.isEnded = true;
    this.cancelLook();
    this.forget();
    if (this.pass !== undefined) await within(this.options.clock, withinMs, this.pass).catch(() => undefined);
  }

  private wake(): void {
    if (this.isEnded) return;
    this.isWanted = true;
    this.pass ??= this.passes().finally(() => {
      this.pass = undefined;
      if (this.isWanted) this.wake();
    });
  }

  private lookAgain(): void {
    if (this.isEnded) return;
    const pause = this.options.database.report().status === 'down' ? AWAY_LOOK_MS : LOOK_MS;
    this.cancelLook = this.options.clock.after(pause, () => {
      this.wake();
      this.lookAgain();
    });
  }

  /** One after the other, as long as somebody wants one. */
  private async passes(): Promise<void> {
    while (this.isWanted && !this.isEnded) {
      this.isWanted = false;
      try {
        await this.onePass();
      } catch (error) {
        this.tell(error);
      }
    }
  }

  private async onePass(): Promise<void> {
    // Its first opening is for somebody with something to write: a database takes much memory.
    const { status } = this.options.database.report();
    if (status === 'closed' || status === 'opening') return;
    const { deliveries, queue } = this.options;
    await deliveries.closeWindows();
    if (this.begunAt === undefined) {
      this.options.begin?.();
      this.begunAt = this.options.clock.now();
    }
    await this.sweepSometimes();
    if (queue.isReachable) {
      this.wasReachable = true;
      await this.takeAll();
    } else if (this.wasReachable || this.options.clock.now() - this.begunAt >= COMING_UP_MS) {
      throw new QueueError('The queue of alerts cannot be reached.');
    }
  }

  private async takeAll(): Promise<void> {
    const { deliveries, queue } = this.options;
    for (let taken = AT_ONCE; taken === AT_ONCE && !this.isEnded;) {
      const alerts = await deliveries.take(AT_ONCE);
      taken = alerts.length;
      if (taken > 0) await queue.add(alerts);
    }
  }

  /** Also when the clock was set back. */
  private async sweepSometimes(): Promise<void> {
    const now = this.options.clock.now();
    if (this.options.sweep === undefined || (now >= this.sweptAt && now - this.sweptAt < SWEEP_MS)) return;
    this.sweptAt = now;
    await this.options.sweep();
  }

  private tell(error: unknown): void {
    const count = this.isEnded ? undefined : this.lines.take();
    if (count === undefined) return;
    // Other errors come from a driver, and may hold an address.
    const isOurs = error instanceof StorageError || error instanceof QueueError;
    const reason = isOurs ? error.message : 'The queue of alerts failed.';
    this.options.warn(`Alerts wait in the database; ${count} time(s) since the last such line. ${reason}`);
  }
}
