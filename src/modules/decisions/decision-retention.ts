import type { Clock } from '../../common/clock/clock.js';
import { isoText } from '../../common/clock/iso-text.js';
import { epochOf } from '../geo-velocity/privacy/epoch-salts.js';
import type { Database } from '../storage/database.js';
import { CLOCKS_DIFFER } from '../storage/clocks-agree.js';
import { ROWS_AT_ONCE, Upkeep, type UpkeepStatus } from '../storage/upkeep.js';

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 21;
/** Texts are sent again on the next day that they are used, by the clock of whoever writes. */
const TEXT_SLACK_DAYS = 2;
/** A process that writes nothing for so long begins anew. */
const WRITER_DAYS = 7;

export interface DecisionRetentionOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Days that decisions are kept. */
  readonly retentionDays: number;
  /** Days that plain addresses are kept. */
  readonly addressDays: number;
  /** Told why a run did nothing. */
  readonly warn: (message: string) => void;
}

const NOTHING_DONE = {
  partitionsMade: 0,
  partitionsDropped: 0,
  /** Rows, beside those in dropped partitions. */
  decisionsDeleted: 0,
  addressesForgotten: 0,
  /** Signals and policies that no decision names any more. */
  textsDeleted: 0,
  writersDeleted: 0,
};

type Done = { -readonly [Count in keyof typeof NOTHING_DONE]: number };

/** What one run did. */
export interface DecisionRetentionReport extends Readonly<Done> {
  readonly status: UpkeepStatus;
}

/** Keeps decisions no longer than they may be kept, and the tables ready for those to come. */
export class DecisionRetention {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly retentionMs: number;
  private readonly addressMs: number;
  private readonly warn: (message: string) => void;
  private readonly upkeep: Upkeep;

  constructor({ database, clock, retentionDays, addressDays, warn }: DecisionRetentionOptions) {
    this.database = database;
    this.clock = clock;
    this.retentionMs = retentionDays * DAY_MS;
    this.addressMs = addressDays * DAY_MS;
    this.warn = warn;
    this.upkeep = new Upkeep(database, 'decision retention');
  }

  /**
   * Does the day's work, unless this process's clock and the database's are more than an hour apart.
   *
   * @throws StorageError
   */
  async run(): Promise<DecisionRetentionReport> {
    const now = this.clock.now();
    const done = { ...NOTHING_DONE };
    const status = await this.upkeep.done(now, () => this.work(now, done));
    if (status === 'clocks-differ') this.warn(`Decisions are not cleared up: ${CLOCKS_DIFFER}`);
    return { status, ...done };
  }

  private async work(now: number, done: Done): Promise<void> {
    const before = now - this.retentionMs;
    const { upkeep } = this;
    done.partitionsMade = await upkeep.counted('ensure_decision_partitions($1, $2)', [
      isoText(before),
      isoText(now + DAYS_AHEAD * DAY_MS),
    ]);
    done.partitionsDropped = await upkeep.counted('drop_decision_partitions($1)', [isoText(before)]);
    done.decisionsDeleted = await this.deleteDecisions(before);
    done.addressesForgotten = await this.forgetAddresses(now - this.addressMs);
    done.textsDeleted = await this.deleteTexts(before - TEXT_SLACK_DAYS * DAY_MS);
    done.writersDeleted = await this.deleteWriters(now - WRITER_DAYS * DAY_MS);
    // A server does this by itself.
    if (this.database.report().kind === 'embedded') await this.vacuum();
  }

  /** Those in partitions that hold younger ones too. */
  private deleteDecisions(before: number): Promise<number> {
    return this.upkeep.inEachPartition(
      'decisions',
      monthOf(before),
      (partition) => `delete from ${partition} where ctid = any(array(
        select ctid from ${partition} where at < $1::timestamptz limit ${ROWS_AT_ONCE}))`,
      [isoText(before)],
    );
  }

  private forgetAddresses(before: number): Promise<number> {
    return this.upkeep.inEachPartition(
      'decisions',
      monthOf(before),
      (partition) => `update ${partition} set ip = null where ctid = any(array(
        select ctid from ${partition} where ip is not null and at <= $1::timestamptz limit ${ROWS_AT_ONCE}))`,
      [isoText(before)],
    );
  }

  /** By the day of their last use: nobody looks through the decisions for who names them. */
  private async deleteTexts(before: number): Promise<number> {
    let deleted = 0;
    for (const name of ['decision_signals', 'decision_policies']) {
      const table = `${this.database.schema}.${name}`;
      deleted += await this.upkeep.inPieces(
        `delete from ${table} where ctid = any(array(
           select ctid from ${table} where used_on < $1::date limit ${ROWS_AT_ONCE}))`,
        [isoText(before).slice(0, 10)],
      );
    }
    return deleted;
  }

  private deleteWriters(before: number): Promise<number> {
    const table = `${this.database.schema}.decision_writers`;
    return this.upkeep.inPieces(
      `delete from ${table} where ctid = any(array(
         select ctid from ${table} where written_at < $1::timestamptz limit ${ROWS_AT_ONCE}))`,
      [isoText(before)],
    );
  }

  private async vacuum(): Promise<void> {
    const tables = ['decisions', 'decision_signals', 'decision_policies', 'decision_writers'];
    const names = tables.map((name) => `${this.database.schema}.${name}`);
    await this.database.query(`vacuum (analyze) ${names.join(', ')}`);
  }
}

const monthOf = (ts: number): string => epochOf(ts).replace('-', '');
