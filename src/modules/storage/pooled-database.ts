import type { Pool, PoolClient } from 'pg';
import type { Clock } from '../../common/clock/clock.js';
import { StorageError } from '../../common/errors/ip-risk.error.js';
import type { GuestConnections, GuestHost } from './guest-connections.js';
import type { DatabaseReport, DatabaseSession, QueryResult, SqlValue } from './database.js';
import { DatabaseAvailability } from './database-availability.js';
import { migrate } from './migrate.js';
import type { Migration } from './migration.js';
import type { PoolSource } from './pool-source.js';
import { schemaName } from './schema-name.js';
import { sqlStateOf } from './storage-failure.js';

/** Milliseconds that statements under way have when the database is closed. */
const CLOSING_MS = 3000;

/** One database behind a pool, whichever kind it is. */
export class PooledDatabase implements GuestHost {
  readonly #source: PoolSource;
  readonly #migrations: readonly Migration[];
  readonly #clock: Clock;
  readonly #availability: DatabaseAvailability;
  readonly #guests = new Set<GuestConnections>();
  #opening: Promise<Pool> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    source: PoolSource,
    readonly schema: string,
    migrations: readonly Migration[],
    clock: Clock,
    warn: (message: string) => void = () => undefined,
  ) {
    this.#source = source;
    this.#migrations = migrations;
    this.#clock = clock;
    this.#availability = new DatabaseAvailability(source.kind, source.whatToCheck, clock, warn);
  }

  async open(): Promise<void> {
    await this.#opened();
  }

  async query<Row>(text: string, values?: readonly SqlValue[]): Promise<QueryResult<Row>> {
    return this.#ask<Row>(await this.#opened(), text, values);
  }

  async transaction<T>(work: (session: DatabaseSession) => Promise<T>): Promise<T> {
    const pool = await this.#opened();
    const client = await this.#availability.noted(pool.connect());
    let isOver = false;
    const session: DatabaseSession = {
      query: (text, values) => (isOver ? Promise.reject(afterItsEnd()) : this.#ask(client, text, values)),
    };
    try {
      await session.query('BEGIN');
      const result = await work(session);
      isOver = true;
      await this.#commit(client);
      client.release();
      return result;
    } catch (error) {
      isOver = true;
      // A connection that cannot undo is closed, which undoes as well; it is not given to the next one.
      client.release(isConnectionLost(error) || !(await isUndone(client)));
      throw error;
    }
  }

  /** They end with the database. */
  async openGuest(schema: string): Promise<GuestConnections> {
    await this.#opened();
    const guest = await this.#source.openGuest(schemaName(schema));
    this.#guests.add(guest);
    if (this.#closing !== undefined) guest.destroy();
    return guest;
  }

  report(): DatabaseReport {
    const report = this.#availability.report();
    return this.#source.isBeingMade === true ? { ...report, isBeingMade: true } : report;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#source.interrupt();
    const pool = await this.#opening?.catch(() => undefined);
    for (const guest of this.#guests) guest.destroy();
    if (pool !== undefined) await this.#endWithin(pool);
    await this.#source.close();
    this.#availability.closes();
  }

  /** Statements under way have their time. Of a server that is silent there would be no end of it. */
  async #endWithin(pool: Pool): Promise<void> {
    const cancel = this.#clock.after(CLOSING_MS, () => {
      this.#source.cut();
    });
    await pool.end();
    cancel();
  }

  #opened(): Promise<Pool> {
    if (this.#closing !== undefined) return Promise.reject(afterClose());
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<Pool> {
    this.#availability.opens();
    return this.#availability.noted(this.#migrated());
  }

  async #migrated(): Promise<Pool> {
    const pool = await this.#source.open();
    try {
      await migrate(pool, this.schema, this.#migrations);
      return pool;
    } catch (error) {
      await pool.end();
      await this.#source.close();
      throw error;
    }
  }

  async #ask<Row>(asked: Pool | PoolClient, text: string, values: readonly SqlValue[] = []): Promise<QueryResult<Row>> {
    // Without values the text may hold several statements; the answer is then that of the last one.
    const answer = await this.#availability.noted(
      values.length === 0 ? asked.query(text) : asked.query(text, values as unknown[]),
    );
    const { rows, rowCount } = Array.isArray(answer) ? ((answer as (typeof answer)[]).at(-1) ?? answer) : answer;
    return { rows: rows as Row[], rowCount: rowCount ?? 0 };
  }

  async #commit(client: PoolClient): Promise<void> {
    const { command } = await this.#availability.noted(client.query('COMMIT'));
    // Asked to commit after a statement failed, Postgres undoes everything and does not call that an error.
    if (command !== 'COMMIT') {
      throw new StorageError('STORAGE_FAILED', 'The transaction was undone, since a statement in it had failed.');
    }
  }
}

const isUndone = (client: PoolClient): Promise<boolean> =>
  client.query('ROLLBACK').then(
    () => true,
    () => false,
  );

const isConnectionLost = (error: unknown): boolean =>
  error instanceof StorageError && error.code === 'STORAGE_UNAVAILABLE' && sqlStateOf(error) === undefined;

const afterClose = (): StorageError => new StorageError('STORAGE_UNAVAILABLE', 'The database was closed.');

const afterItsEnd = (): StorageError =>
  new StorageError('STORAGE_FAILED', 'A statement came after the end of its transaction; await each one within it.');
