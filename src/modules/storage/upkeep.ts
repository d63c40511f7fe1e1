import { clocksAgree } from './clocks-agree.js';
import type { Database, DatabaseSession, SqlValue } from './database.js';
import { sqlStateOf } from './storage-failure.js';

/** Rows that one statement changes: nobody waits long for one of them. */
export const ROWS_AT_ONCE = 5000;
const LOCK_NOT_AVAILABLE = '55P03';
const MOST_TRIES = 10;

/** `clocks-differ` and `busy` (another process does it): nothing was done, or not all of it. */
export type UpkeepStatus = 'done' | 'busy' | 'clocks-differ';

/** Another process is at it. */
export class UpkeepBusy extends Error {}

/** How daily work on tables is done: by one process at a time, in pieces that can be repeated, each a short transaction. */
export class Upkeep {
  private readonly database: Database;
  private readonly lock: string;

  /** @param name of the work; who does work of the same name waits for nobody and gives up */
  constructor(database: Database, name: string) {
    this.database = database;
    this.lock = `${database.schema}.${name}`;
  }

  /**
   * Does a day's work, where this process's clock may be trusted with it.
   *
   * @param now milliseconds since 1970 by this process's clock
   * @throws StorageError
   */
  async done(now: number, work: () => Promise<void>): Promise<UpkeepStatus> {
    if (!(await clocksAgree(this.database, now))) return 'clocks-differ';
    try {
      await work();
      return 'done';
    } catch (error) {
      if (error instanceof UpkeepBusy) return 'busy';
      throw error;
    }
  }

  /**
   * What a function of the schema counts. Changes of the table itself wait for whoever reads it, and all writers wait
   * behind them: so they give up after 300 ms, and are tried again.
   *
   * @throws UpkeepBusy, StorageError
   */
  async counted(call: string, values: readonly SqlValue[]): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.countedOnce(call, values);
      } catch (error) {
        if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE || tries === MOST_TRIES) throw error;
      }
    }
  }

  /**
   * Runs a statement for each partition that can hold rows of before `month`, and in pieces.
   *
   * @param month `202601`; later partitions are left out
   * @throws UpkeepBusy, StorageError
   */
  async inEachPartition(
    table: string,
    month: string,
    text: (partition: string) => string,
    values: readonly SqlValue[],
  ): Promise<number> {
    const { schema } = this.database;
    const { rows } = await this.database.query<{ readonly name: string }>(
      `select child.relname as name from pg_inherits join pg_class child on child.oid = pg_inherits.inhrelid
       where pg_inherits.inhparent = $1::regclass
         and (child.relname = $2::text || '_default' or child.relname <= $2::text || '_' || $3::text)
         and child.relname ~ ('^' || $2::text || '_([0-9]{6}|default)$')
       order by 1`,
      [`${schema}.${table}`, table, month],
    );
    let changed = 0;
    for (const { name } of rows) changed += await this.inPieces(text(`${schema}.${name}`), values);
    return changed;
  }

  /**
   * Repeats a statement that changes {@link ROWS_AT_ONCE} rows at most until it finds fewer.
   *
   * @throws UpkeepBusy, StorageError
   */
  async inPieces(text: string, values: readonly SqlValue[]): Promise<number> {
    for (let all = 0; ;) {
      const rows = await this.alone(async (session) => (await session.query(text, values)).rowCount);
      all += rows;
      if (rows < ROWS_AT_ONCE) return all;
    }
  }

  private countedOnce(call: string, values: readonly SqlValue[]): Promise<number> {
    return this.alone(async (session) => {
      const text = `select ${this.database.schema}.${call} as count`;
      const { rows } = await session.query<{ readonly count: number }>(text, values);
      return rows[0]?.count ?? 0;
    });
  }

  private alone(work: (session: DatabaseSession) => Promise<number>): Promise<number> {
    return this.database.transaction(async (session) => {
      const { rows } = await session.query<{ readonly isMine: boolean }>(
        'select pg_try_advisory_xact_lock(hashtextextended($1::text, 0)) as "isMine"',
        [this.lock],
      );
      if (rows[0]?.isMine !== true) throw new UpkeepBusy();
      return work(session);
    });
  }
}
