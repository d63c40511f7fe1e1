import { inspect } from 'node:util';
import { systemClock } from '../src/common/clock/clock.js';
import type { Database } from '../src/modules/storage/database.js';
import { createDatabase } from '../src/modules/storage/open-database.js';
import { CutOffProxy } from './support/cut-off-proxy.js';
import { dispose, DATABASES, POSTGRES_URL } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';

const SECRET = 'canary-password';

describe('DATABASE_URL', () => {
  it.each([
    `mysql://user:${SECRET}@host/db`,
    `postgres:/${SECRET}`,
    SECRET,
    '',
    `postgres://user:${SECRET}%zz@host/db`,
    `postgres://user:${SECRET}@host:99999/db`,
  ])('is refused at once when it cannot be meant: %#', (url) => {
    const create = (): Database => createDatabase({ url }, [], systemClock);
    expect(create).toThrow(/^DATABASE_URL must be a URL such as postgres:/);
    expect(create).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }));
    expect(create).not.toThrow(/canary/);
  });

  it.each(['Risk', 'ip risk', '1st', 'a"; DROP SCHEMA public; --', '', 'pg_risk', 'x'.repeat(64)])(
    'takes no schema named %p',
    (schema) => {
      expect(() => createDatabase({ url: 'postgres://host/db', schema }, [], systemClock)).toThrow(
        /IP_RISK_DATABASE_SCHEMA/,
      );
    },
  );
});

const settingsOf = DATABASES.find(({ name }) => name === 'postgres')?.options;

(settingsOf === undefined || POSTGRES_URL === undefined ? describe.skip : describe)('a Postgres that goes away', () => {
  const target = new URL(POSTGRES_URL ?? 'postgres://localhost');
  let proxy: CutOffProxy;
  let url: string;
  let settings: Awaited<ReturnType<NonNullable<typeof settingsOf>>> | undefined;
  let database: Database;
  let warnings: string[];
  let clock: FakeClock;

  beforeEach(async () => {
    warnings = [];
    clock = new FakeClock('2026-03-01T00:00:00Z');
    proxy = await CutOffProxy.before({ host: target.hostname, port: Number(target.port || 5432) });
    settings = await settingsOf?.();
    // A password that nobody asks for, in everything that could show it.
    const through = new URL(target);
    through.password ||= SECRET;
    through.host = `127.0.0.1:${proxy.port}`;
    url = through.href;
    database = createDatabase({ url, schema: settings?.schema, warn: (message) => warnings.push(message) }, [], clock);
  });
  afterEach(async () => {
    await database.close();
    await dispose(settings);
    await proxy.close();
  });

  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('is reported with the time and a word, and used again once it is back', async () => {
    await database.open();
    proxy.cut();
    await expect(database.query('SELECT 1')).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/^The database cannot be used now \(\w+\); try again, or check DATABASE_URL\.$/),
    });
    clock.advance(60_000);
    await failure(database.query('SELECT 1'));
    expect(database.report()).toEqual({
      kind: 'postgres',
      status: 'down',
      downSince: Date.parse('2026-03-01T00:00:00Z'),
      reason: expect.stringMatching(/^[A-Z]+$/),
    });
    proxy.restore();
    await eventually(async () => {
      expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
    expect(database.report()).toEqual({ kind: 'postgres', status: 'up', downSince: undefined, reason: undefined });
    expect(warnings).toEqual([expect.stringMatching(/cannot be used now/), 'The database answers again.']);
  });

  it('undoes a transaction that it broke, and says so', async () => {
    await database.query(`CREATE TABLE ${database.schema}.t (id int)`).catch(async () => {
      await database.query(`CREATE SCHEMA ${database.schema}`);
      await database.query(`CREATE TABLE ${database.schema}.t (id int)`);
    });
    const error = await failure(
      database.transaction(async (session) => {
        await session.query(`INSERT INTO ${database.schema}.t VALUES (1)`);
        proxy.cut();
        await session.query(`INSERT INTO ${database.schema}.t VALUES (2)`);
      }),
    );
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    proxy.restore();
    expect((await database.query(`SELECT 1 FROM ${database.schema}.t`)).rowCount).toBe(0);
  });

  it('opens with a later statement when it was away at the start', async () => {
    proxy.cut();
    await expect(database.open()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(database.report().status).toBe('down');
    proxy.restore();
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('shows its password nowhere', async () => {
    await database.open();
    proxy.cut();
    const errors = [
      await failure(database.query('SELECT 1')),
      await failure(database.transaction(() => Promise.resolve())),
    ];
    const shown =
      inspect([errors, database, database.report(), warnings], { depth: 9, showHidden: true }) +
      JSON.stringify(database);
    expect(shown).toContain('STORAGE_UNAVAILABLE');
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain(String(proxy.port));
  });

  it('survives connections that end while nobody asks anything', async () => {
    await Promise.all(Array.from({ length: 5 }, () => database.query('SELECT 1')));
    proxy.cut();
    proxy.restore();
    await eventually(async () => {
      expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
  });
});
