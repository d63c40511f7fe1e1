import { inspect } from 'node:util';
import { StorageError } from '../src/common/errors/ip-risk.error.js';
import { systemClock } from '../src/common/clock/clock.js';
import type { Database } from '../src/modules/storage/database.js';
import type { Migration } from '../src/modules/storage/migration.js';
import { createDatabase } from '../src/modules/storage/open-database.js';
import { sqlStateOf } from '../src/modules/storage/storage-failure.js';
import { DATABASES, dispose } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { TYPES_QUERY } from './support/sql-types.js';

const TABLE: Migration = {
  version: 1,
  name: 'table',
  sql: (schema) => `CREATE TABLE ${schema}.t (id bigint PRIMARY KEY, v text)`,
};

describe.each(DATABASES)('storage on $name', ({ name, create, unopened, options }) => {
  let database: Database;
  let table: string;

  beforeEach(async () => {
    database = await create([TABLE]);
    table = `${database.schema}.t`;
  });
  afterEach(() => dispose(database));

  const ids = async (): Promise<unknown[]> =>
    (await database.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).rows.map(({ id }) => Number(id));
  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('reads and writes every type as the other one does', async () => {
    expect(JSON.stringify((await database.query(TYPES_QUERY.text, TYPES_QUERY.values)).rows)).toBe(TYPES_QUERY.json);
  });

  it('gives dates as dates and large numbers as text', async () => {
    const { rows } = await database.query<{ at: unknown; big: unknown }>(
      'SELECT $1::timestamptz AS at, count(*) AS big FROM generate_series(1, 3)',
      [new Date(1_700_000_000_123)],
    );
    expect(rows).toEqual([{ at: new Date(1_700_000_000_123), big: '3' }]);
  });

  it('counts the rows that a statement changed', async () => {
    const { rows, rowCount } = await database.query(`INSERT INTO ${table} SELECT generate_series(1, 7)`);
    expect([rows, rowCount]).toEqual([[], 7]);
    expect((await database.query(`SELECT 1 FROM ${table} LIMIT 2`)).rowCount).toBe(2);
  });

  it('commits what a transaction did', async () => {
    const result = await database.transaction(async (session) => {
      await session.query(`INSERT INTO ${table} VALUES (1)`);
      return (await session.query(`INSERT INTO ${table} VALUES (2)`)).rowCount;
    });
    expect([result, await ids()]).toEqual([1, [1, 2]]);
  });

  it('undoes all of a transaction whose work throws, and passes on what was thrown', async () => {
    const thrown = new RangeError('of the work');
    const error = await failure(
      database.transaction(async (session) => {
        await session.query(`INSERT INTO ${table} VALUES (1)`);
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
    expect(await ids()).toEqual([]);
  });

  it('undoes all of a transaction in which a statement fails, also where the work goes on', async () => {
    const error = await failure(
      database.transaction(async (session) => {
        await session.query(`INSERT INTO ${table} VALUES (1)`);
        await failure(session.query('SELECT 1 / 0'));
      }),
    );
    expect(error).toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await ids()).toEqual([]);
  });

  it('refuses a statement that comes after the end of its transaction', async () => {
    const session = await database.transaction((ours) => Promise.resolve(ours));
    await expect(session.query(`INSERT INTO ${table} VALUES (1)`)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await ids()).toEqual([]);
  });

  it('shows nobody else what a transaction has not committed', async () => {
    let finish: () => void = () => undefined;
    const began = new Promise<void>((resolve) => {
      const held = new Promise<void>((release) => (finish = release));
      void database.transaction(async (session) => {
        await session.query(`INSERT INTO ${table} VALUES (1)`);
        resolve();
        await held;
        await session.query(`INSERT INTO ${table} VALUES (2)`);
      });
    });
    await began;
    const seen = ids();
    finish();
    // A server answers with neither row at once; in this process the question waits until both are there.
    expect((await seen).length).not.toBe(1);
    await eventually(async () => {
      expect(await ids()).toEqual([1, 2]);
    });
  });

  it('keeps 20 transactions at once apart: none loses another one’s update', async () => {
    await database.query(`INSERT INTO ${table} VALUES (1, '0')`);
    const add = (): Promise<unknown> =>
      database.transaction(async (session) => {
        const { rows } = await session.query<{ v: string }>(`SELECT v FROM ${table} WHERE id = 1 FOR UPDATE`);
        await session.query(`UPDATE ${table} SET v = $1 WHERE id = 1`, [String(Number(rows[0]?.v) + 1)]);
      });
    await Promise.all(Array.from({ length: 20 }, add));
    expect((await database.query(`SELECT v FROM ${table}`)).rows).toEqual([{ v: '20' }]);
  });

  it('holds an advisory lock of a transaction until its end', async () => {
    const order: string[] = [];
    const locked = (what: string): Promise<unknown> =>
      database.transaction(async (session) => {
        await session.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [database.schema]);
        order.push(`${what} begins`);
        await session.query('SELECT 1');
        order.push(`${what} ends`);
      });
    await Promise.all([locked('a'), locked('b')]);
    const first = order[0]?.at(0) ?? '';
    const second = first === 'a' ? 'b' : 'a';
    expect(order).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
  });

  it('answers 100 statements at once, each with its own answer', async () => {
    const numbers = Array.from({ length: 100 }, (_, number) => number);
    const answers = await Promise.all(
      numbers.map(async (number) => (await database.query<{ n: number }>('SELECT $1::int AS n', [number])).rows[0]?.n),
    );
    expect(answers).toEqual(numbers);
  });

  it.each([
    ['a value of the wrong type', 'SELECT $1::int', ['canary-4711'], '22P02'],
    ['a division by zero', 'SELECT 1 / $1::int', [0], '22012'],
    ['no SQL', 'canary-4711', [], '42601'],
    ['a table that does not exist', 'SELECT * FROM canary_4711', [], '42P01'],
  ])('answers %s with the code alone, and goes on', async (_, text, values, state) => {
    const error = await failure(database.query(text, values));
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ code: 'STORAGE_FAILED' });
    expect([sqlStateOf(error), String(error)]).toEqual([state, expect.stringContaining(state)]);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(database.report()).toMatchObject({ status: 'up', reason: undefined });
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('names the constraint that a row breaks, and not the row', async () => {
    await database.query(`INSERT INTO ${table} VALUES (4711)`);
    const error = await failure(database.query(`INSERT INTO ${table} VALUES ($1)`, [4711]));
    expect(inspect(error, { depth: 9 })).toContain('constraint t_pkey');
    expect(inspect(error, { depth: 9 })).not.toContain('4711');
  });

  it('opens itself with the first statement, and says what it is', async () => {
    const other = await unopened([TABLE]);
    expect(other.report()).toEqual({ kind: name, status: 'closed', downSince: undefined, reason: undefined });
    const [first] = await Promise.all([other.query('SELECT 1 AS one'), other.open(), other.open()]);
    expect(first.rows).toEqual([{ one: 1 }]);
    expect(other.report()).toMatchObject({ kind: name, status: 'up' });
    await other.close();
    expect(other.report()).toMatchObject({ status: 'closed' });
    await expect(other.query('SELECT 1')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await dispose(other);
  });

  it('finds what was written when it is opened again', async () => {
    const settings = await options();
    const before = createDatabase(settings, [TABLE], systemClock);
    await before.query(`INSERT INTO ${before.schema}.t VALUES (1, 'kept')`);
    await before.close();
    const after = createDatabase(settings, [TABLE], systemClock);
    expect((await after.query(`SELECT v FROM ${after.schema}.t`)).rows).toEqual([{ v: 'kept' }]);
    await after.close();
    await dispose(settings);
  });
});
