import type { Database, DatabaseSession, SqlValue } from '../../storage/database.js';
import { sqlStateOf } from '../../storage/storage-failure.js';
import { epochOf } from './epoch-salts.js';

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 21;
const CHECK_DAYS = 2;
/** Rows that one statement changes: no login waits long for one of them. */
const ROWS_AT_ONCE = 5000;
const LOCK_NOT_AVAILABLE = '55P03';
const MOST_TRIES = 10;

/** One process at a time, for each piece of the work. */
const LOCK = 'login retention';

/** What lies before these instants goes. Milliseconds since 1970. */
export interface RetentionLimits {
  readonly now: number;
  readonly loginsBefore: number;
  readonly addressesBefore: number;
}

/** Another process is at it. */
export class RetentionBusy extends Error {}

/** The pieces of the daily work. Each can be repeated, and is a transaction or several short ones. */
export class RetentionSteps {
  private readonly database: Database;
  private readonly schema: string;

  constructor(database: Database) {
    this.database = database;
    this.schema = database.schema;
  }

  /** Milliseconds since 1970 by the database's clock. */
  async databaseNow(): Promise<number> {
    const { rows } = await this.database.query<{ readonly now: number }>(
      "select date_part('epoch', clock_timestamp()) * 1000 as now",
    );
    return rows[0]?.now ?? Number.NaN;
  }

  makePartitions({ now, loginsBefore }: RetentionLimits): Promise<number> {
    return this.counted('ensure_partitions($1, $2)', [iso(loginsBefore), iso(now + DAYS_AHEAD * DAY_MS)]);
  }

  dropPartitions({ loginsBefore }: RetentionLimits): Promise<number> {
    return this.counted('drop_partitions($1)', [iso(loginsBefore)]);
  }

  /** Those in partitions that hold younger ones too. */
  deleteLogins({ loginsBefore }: RetentionLimits): Promise<number> {
    return this.inEachPartition(
      loginsBefore,
      (partition) => `delete from ${partition} where ctid = any(array(
        select ctid from ${partition} where ts < $1::timestamptz limit ${ROWS_AT_ONCE}))`,
    );
  }

  forgetAddresses({ addressesBefore }: RetentionLimits): Promise<number> {
    return this.inEachPartition(
      addressesBefore,
      (partition) => `update ${partition} set ip = null where ctid = any(array(
        select ctid from ${partition} where ip is not null and ts <= $1::timestamptz limit ${ROWS_AT_ONCE}))`,
    );
  }

  /** A trip that was announced explains logins for as long as they are kept. */
  deleteTrust({ now, loginsBefore }: RetentionLimits): Promise<number> {
    return this.inPieces(
      `delete from ${this.schema}.user_trust where ctid = any(array(
         select ctid from ${this.schema}.user_trust
         where until <= $1::timestamptz and (kind <> 'announced' or until <= $2::timestamptz) limit ${ROWS_AT_ONCE}))`,
      [iso(now), iso(loginsBefore)],
    );
  }

  /** Marks that nobody has come to for two days: whatever they owed is no news. */
  deleteChecks({ now }: RetentionLimits): Promise<number> {
    return this.inPieces(
      `delete from ${this.schema}.login_checks where ctid = any(array(
         select ctid from ${this.schema}.login_checks where marked_at <= $1::timestamptz limit ${ROWS_AT_ONCE}))`,
      [iso(now - CHECK_DAYS * DAY_MS)],
    );
  }

  /** Months that are wholly past: from then on nobody can link their pseudonyms to addresses. */
  deleteEpochs({ loginsBefore }: RetentionLimits): Promise<number> {
    return this.inPieces(
      `delete from ${this.schema}.pseudonym_epochs where epoch ~ '^[0-9]{4}-[0-9]{2}$' and epoch < $1::text`,
      [epochOf(loginsBefore)],
      0,
    );
  }

  /** Only where there can be rows so old. */
  private async inEachPartition(before: number, text: (partition: string) => string): Promise<number> {
    const { rows } = await this.database.query<{ readonly name: string }>(
      `select child.relname as name from pg_inherits join pg_class child on child.oid = pg_inherits.inhrelid
       where pg_inherits.inhparent = $1::regclass
         and (child.relname = 'user_login_events_default' or child.relname <= $2::text)
         and child.relname ~ '^user_login_events_([0-9]{6}|default)$'
       order by 1`,
      [`${this.schema}.user_login_events`, `user_login_events_${epochOf(before).replace('-', '')}`],
    );
    let changed = 0;
    for (const { name } of rows) changed += await this.inPieces(text(`${this.schema}.${name}`), [iso(before)]);
    return changed;
  }

  /**
   * Changes of the table itself wait for whoever reads it, and all logins wait behind them: so they give up after 300 ms,
   * and are tried again.
   */
  private async counted(call: string, values: readonly SqlValue[]): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.countedOnce(call, values);
      } catch (error) {
        if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE || tries === MOST_TRIES) throw error;
      }
    }
  }

  private countedOnce(call: string, values: readonly SqlValue[]): Promise<number> {
    return this.alone(async (session) => {
      const text = `select ${this.schema}.${call} as count`;
      const { rows } = await session.query<{ readonly count: number }>(text, values);
      return rows[0]?.count ?? 0;
    });
  }

  /** Repeats a statement until it finds fewer rows than `most`. */
  private async inPieces(text: string, values: readonly SqlValue[], most = ROWS_AT_ONCE): Promise<number> {
    for (let all = 0; ;) {
      const rows = await this.alone(async (session) => (await session.query(text, values)).rowCount);
      all += rows;
      if (most === 0 || rows < most) return all;
    }
  }

  private alone(work: (session: DatabaseSession) => Promise<number>): Promise<number> {
    return this.database.transaction(async (session) => {
      const { rows } = await session.query<{ readonly isMine: boolean }>(
        'select pg_try_advisory_xact_lock(hashtextextended($1::text, 0)) as "isMine"',
        [`${this.schema}.${LOCK}`],
      );
      if (rows[0]?.isMine !== true) throw new RetentionBusy();
      return work(session);
    });
  }
}

const iso = (ts: number): string => new Date(ts).toISOString();
