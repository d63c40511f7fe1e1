import type { Clock } from '../../../common/clock/clock.js';
import type { Database } from '../../storage/database.js';
import { CLOCKS_DIFFER } from '../../storage/clocks-agree.js';
import { Upkeep, type UpkeepStatus } from '../../storage/upkeep.js';
import { RetentionSteps } from './retention-steps.js';

const DAY_MS = 86_400_000;

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

const NOTHING_DONE = {
  partitionsMade: 0,
  partitionsDropped: 0,
  /** Beside those in dropped partitions. */
  loginsDeleted: 0,
  addressesForgotten: 0,
  trustDeleted: 0,
  /** Marks of logins that nobody settled. */
  checksDeleted: 0,
  epochsDeleted: 0,
};

type Done = { -readonly [Count in keyof typeof NOTHING_DONE]: number };

/** What one run did. */
export interface RetentionReport extends Readonly<Done> {
  readonly status: UpkeepStatus;
}

/** Keeps logins no longer than they may be kept, and the tables ready for those to come. */
export class LoginRetention {
  private readonly clock: Clock;
  private readonly retentionMs: number;
  private readonly addressMs: number;
  private readonly warn: (message: string) => void;
  private readonly database: Database;
  private readonly upkeep: Upkeep;
  private readonly steps: RetentionSteps;

  constructor({ database, clock, retentionDays = 90, addressDays = 30, warn }: LoginRetentionOptions) {
    this.clock = clock;
    this.retentionMs = retentionDays * DAY_MS;
    this.addressMs = addressDays * DAY_MS;
    this.warn = warn ?? (() => undefined);
    this.database = database;
    this.upkeep = new Upkeep(database, 'login retention');
    this.steps = new RetentionSteps(database, this.upkeep);
  }

  /**
   * Does the day's work, unless this process's clock and the database's are more than an hour apart.
   *
   * @throws StorageError
   */
  async run(): Promise<RetentionReport> {
    const now = this.clock.now();
    const done = { ...NOTHING_DONE };
    const status = await this.upkeep.done(now, () => this.work(now, done));
    if (status === 'clocks-differ') this.warn(`Logins are not cleared up: ${CLOCKS_DIFFER}`);
    return { status, ...done };
  }

  private async work(now: number, done: Done): Promise<void> {
    const limits = { now, loginsBefore: now - this.retentionMs, addressesBefore: now - this.addressMs };
    done.partitionsMade = await this.steps.makePartitions(limits);
    done.partitionsDropped = await this.steps.dropPartitions(limits);
    done.loginsDeleted = await this.steps.deleteLogins(limits);
    done.addressesForgotten = await this.steps.forgetAddresses(limits);
    done.trustDeleted = await this.steps.deleteTrust(limits);
    done.checksDeleted = await this.steps.deleteChecks(limits);
    done.epochsDeleted = await this.steps.deleteEpochs(limits);
    // A server does this by itself.
    if (this.database.report().kind === 'embedded') await this.database.query('vacuum (analyze)');
  }
}
