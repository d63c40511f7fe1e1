import type { Clock } from '../../../common/clock/clock.js';
import type { Database } from '../../storage/database.js';
import { RetentionBusy, RetentionSteps } from './retention-steps.js';

const DAY_MS = 86_400_000;
const MOST_CLOCK_DIFFERENCE_MS = 3_600_000;

export interface LoginRetentionOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Days that logins are kept. @default 90 */
  readonly retentionDays?: number | undefined;
  /** Days that plain addresses are kept. @default 30 */
  readonly addressDays?: number | undefined;
  /** Told why a run did nothing. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** What one run did. `clocks-differ` and `busy` (another process does it) are runs that did nothing or not all of it. */
export interface RetentionReport {
  readonly status: 'done' | 'busy' | 'clocks-differ';
  readonly partitionsMade: number;
  readonly partitionsDropped: number;
  /** Beside those in dropped partitions. */
  readonly loginsDeleted: number;
  readonly addressesForgotten: number;
  readonly trustDeleted: number;
  /** Marks of logins that nobody settled. */
  readonly checksDeleted: number;
  readonly epochsDeleted: number;
}

const NOTHING_DONE = {
  partitionsMade: 0,
  partitionsDropped: 0,
  loginsDeleted: 0,
  addressesForgotten: 0,
  trustDeleted: 0,
  checksDeleted: 0,
  epochsDeleted: 0,
};

/** Keeps logins no longer than they may be kept, and the tables ready for those to come. */
export class LoginRetention {
  private readonly clock: Clock;
  private readonly retentionMs: number;
  private readonly addressMs: number;
  private readonly warn: (message: string) => void;
  private readonly database: Database;
  private readonly steps: RetentionSteps;

  constructor({ database, clock, retentionDays = 90, addressDays = 30, warn }: LoginRetentionOptions) {
    this.clock = clock;
    this.retentionMs = retentionDays * DAY_MS;
    this.addressMs = addressDays * DAY_MS;
    this.warn = warn ?? (() => undefined);
    this.database = database;
    this.steps = new RetentionSteps(database);
  }

  /**
   * Does the day's work, unless this process's clock and the database's are more than an hour apart: a clock that went
   * wrong must not delete anything.
   *
   * @throws StorageError
   */
  async run(): Promise<RetentionReport> {
    const now = this.clock.now();
    const difference = Math.abs(now - (await this.steps.databaseNow()));
    if (!(difference <= MOST_CLOCK_DIFFERENCE_MS)) {
      this.warn(
        'Logins are not cleared up: the clocks of this process and of the database are more than an hour apart; set the one that is wrong.',
      );
      return { status: 'clocks-differ', ...NOTHING_DONE };
    }
    const done = { ...NOTHING_DONE };
    try {
      await this.work(now, done);
      // A server does this by itself.
      if (this.database.report().kind === 'embedded') await this.database.query('vacuum (analyze)');
      return { status: 'done', ...done };
    } catch (error) {
      if (error instanceof RetentionBusy) return { status: 'busy', ...done };
      throw error;
    }
  }

  private async work(now: number, done: { -readonly [Count in keyof typeof NOTHING_DONE]: number }): Promise<void> {
    const limits = { now, loginsBefore: now - this.retentionMs, addressesBefore: now - this.addressMs };
    done.partitionsMade = await this.steps.makePartitions(limits);
    done.partitionsDropped = await this.steps.dropPartitions(limits);
    done.loginsDeleted = await this.steps.deleteLogins(limits);
    done.addressesForgotten = await this.steps.forgetAddresses(limits);
    done.trustDeleted = await this.steps.deleteTrust(limits);
    done.checksDeleted = await this.steps.deleteChecks(limits);
    done.epochsDeleted = await this.steps.deleteEpochs(limits);
  }
}
