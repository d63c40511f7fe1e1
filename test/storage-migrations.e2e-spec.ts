import { systemClock } from '../src/common/clock/clock.js';
import type { Migration } from '../src/modules/storage/migration.js';
import { createDatabase } from '../src/modules/storage/open-database.js';
import { DATABASES, dispose, POSTGRES_URL } from './support/databases.js';
import { NodeProcess } from './support/node-process.js';

const step = (version: number, sql?: (schema: string) => string): Migration => ({
  version,
  name: `step ${version}`,
  sql: sql ?? ((schema) => `CREATE TABLE ${schema}.t${version} (); CREATE INDEX ON ${schema}.t${version} ((1));`),
});

describe.each(DATABASES)('migrations on $name', ({ unopened }) => {
  it('applies each step once, in order, and later the ones that were added', async () => {
    const first = await unopened([step(1), step(2)]);
    await first.open();
    await first.close();
    const second = await unopened([step(1), step(2), step(3)], first.schema);
    const { rows } = await second.query<{ version: number; name: string; applied_at: unknown }>(
      `SELECT * FROM ${second.schema}.schema_migrations ORDER BY applied_at, version`,
    );
    expect(rows.map(({ version, name }) => [version, name])).toEqual([1, 2, 3].map((n) => [n, `step ${n}`]));
    expect(rows[0]?.applied_at).toBeInstanceOf(Date);
    await dispose(second);
  });

  it('leaves nothing of a step that fails, keeps those before it, and goes on from there', async () => {
    const broken = step(2, (schema) => `CREATE TABLE ${schema}.t2 (); SELECT 1 / 0;`);
    const failing = await unopened([step(1), broken]);
    await expect(failing.open()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(failing.query('SELECT 1')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await failing.close();
    const mended = await unopened([step(1), step(2)], failing.schema);
    const { rows } = await mended.query(`SELECT version FROM ${mended.schema}.schema_migrations ORDER BY 1`);
    expect(rows).toEqual([{ version: 1 }, { version: 2 }]);
    await dispose(mended);
  });

  it('refuses a database that a newer release has used, with a sentence, and changes nothing', async () => {
    const newer = await unopened([step(1), step(2)]);
    await newer.open();
    const older = await unopened([step(1)], newer.schema);
    await expect(older.open()).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringMatching(/at version 2 of the schema, and this release knows 1; run the newer release/),
    });
    await older.close();
    const { rows } = await newer.query(`SELECT version FROM ${newer.schema}.schema_migrations ORDER BY 1`);
    expect(rows).toEqual([{ version: 1 }, { version: 2 }]);
    await dispose(newer);
  });
});

const onPostgres = DATABASES.filter(({ name }) => name === 'postgres');
(POSTGRES_URL === undefined ? describe.skip : describe).each(onPostgres)('migrations on one $name', ({ options }) => {
  it('applies each step once when 8 start at the same time', async () => {
    const settings = await options();
    const steps = [step(1), step(2), step(3)];
    const databases = Array.from({ length: 8 }, () => createDatabase(settings, steps, systemClock));
    await Promise.all(databases.map((database) => database.open()));
    const { rows } =
      (await databases[0]?.query(`SELECT version FROM ${settings.schema ?? ''}.schema_migrations`)) ?? {};
    expect(rows).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }]);
    await Promise.all(databases.map((database) => database.close()));
    await dispose(settings);
  });

  it('applies each step once when 3 processes start at the same time', async () => {
    const settings = await options();
    const writer = ['test/support/database-writer.mjs', JSON.stringify(settings), '4'];
    const processes = Array.from({ length: 3 }, () => new NodeProcess(writer));
    expect(await Promise.all(processes.map((process) => process.exit()))).toEqual([0, 0, 0]);
    expect(processes.map(({ stdout, stderr }) => stdout + stderr)).toEqual(['opened\n', 'opened\n', 'opened\n']);
    await dispose(settings);
  });
});
