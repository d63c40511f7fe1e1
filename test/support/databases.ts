import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { systemClock } from '../../src/common/clock/clock.js';
import type { Database } from '../../src/modules/storage/database.js';
import { EmbeddedPostgres } from '../../src/modules/storage/embedded/embedded-postgres.js';
import type { Migration } from '../../src/modules/storage/migration.js';
import { createDatabase, type DatabaseOptions } from '../../src/modules/storage/open-database.js';
import { PooledDatabase } from '../../src/modules/storage/pooled-database.js';
import { MIGRATIONS } from '../../src/modules/storage/schema/migrations.js';
import { PROJECT } from './node-process.js';

export interface TestDatabases {
  readonly name: 'embedded' | 'postgres';
  /** Opened, empty but for the migrations, and of this test alone. Give it to {@link dispose} afterwards. */
  readonly create: (migrations?: readonly Migration[]) => Promise<Database>;
  /** As `create`, but not opened; with the schema of another one it is what the next release makes of that one. */
  readonly unopened: (migrations: readonly Migration[], schema?: string) => Promise<Database>;
  /** Settings for databases that a test opens by itself, in other processes too. Give them to {@link dispose} afterwards. */
  readonly options: () => Promise<DatabaseOptions>;
}

type EmbeddedOptions = Extract<DatabaseOptions, { directory: string }>;

interface Package {
  readonly dependencies: Readonly<Record<'@electric-sql/pglite', string>>;
}

const USUAL_URLS = ['test', 'postgres'].map((name) => `postgres://postgres@127.0.0.1:5432/${name}`);

interface Server {
  readonly url: string;
  readonly mayCreateDatabases: boolean;
}

/** Prints the first URL that lets somebody in. In a process of its own: suites are declared before anything can be awaited. */
const FIND_SERVER = `
  const { Client } = require('pg');
  (async () => {
    for (const url of process.argv.slice(1)) {
      const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
      try {
        await client.connect();
        const { rows } = await client.query(
          'select rolcreatedb or rolsuper as "mayCreateDatabases" from pg_roles where rolname = current_user');
        await client.end();
        return console.log(JSON.stringify({ url, ...rows[0] }));
      } catch {}
    }
  })();`;

function postgresServer(): Server | undefined {
  const given = process.env['TEST_DATABASE_URL'] ?? '';
  const urls = given === '' ? USUAL_URLS : [given];
  const { stdout } = spawnSync(process.execPath, ['-e', FIND_SERVER, ...urls], { cwd: PROJECT, encoding: 'utf8' });
  if (stdout !== '') return JSON.parse(stdout) as Server;
  // One that was asked for is never skipped quietly.
  return given === '' ? undefined : { url: given, mayCreateDatabases: true };
}

const SERVER = postgresServer();

/** Where the suites find a real Postgres, with its password; `undefined` where there is none. */
export const POSTGRES_URL: string | undefined = SERVER?.url;

/** Whether the role of {@link POSTGRES_URL} may create databases; some suites need one of their own. */
export const MAY_CREATE_DATABASES: boolean = SERVER?.mayCreateDatabases === true;

/** A machine that is busy with other suites is no failure. */
jest.setTimeout(60_000);

const disposals = new WeakMap<object, () => Promise<void>>();

/** Closes the database and removes all of it: the schema, or the directory. */
export async function dispose(database: Database | DatabaseOptions | undefined): Promise<void> {
  if (database === undefined) return;
  if ('close' in database) await database.close();
  await disposals.get(database)?.();
}

async function embeddedOptions(): Promise<EmbeddedOptions> {
  const directory = await mkdtemp(join(tmpdir(), 'ip-risk-database-'));
  await cp(TEMPLATE, directory, { recursive: true, mode: constants.COPYFILE_FICLONE });
  const options = { directory };
  disposals.set(options, () => rm(directory, { recursive: true, force: true }));
  return options;
}

function postgresOptions(url: string): () => Promise<DatabaseOptions> {
  return () => {
    const options = { url, schema: randomSchema() };
    disposals.set(options, () => dropSchema(url, options.schema));
    return Promise.resolve(options);
  };
}

const randomSchema = (): string => `test_${randomBytes(8).toString('hex')}`;

async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema}, ${schema}_queue CASCADE`);
  await client.end();
}

/**
 * The place of an empty database that was created once on this machine, since copying one takes a tenth of the time. Done
 * before the suites are declared: creating takes longer than a hook may.
 */
function createTemplate(): string {
  const { dependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Package;
  const place = join(tmpdir(), `ip-risk-template-${userInfo().username}-${dependencies['@electric-sql/pglite']}`);
  if (existsSync(place)) return place;
  const unfinished = mkdtempSync(`${place}.`);
  const creator = join(PROJECT, 'src/modules/storage/embedded/create-cluster.mjs');
  const { status, stderr } = spawnSync(process.execPath, [creator, join(unfinished, 'cluster')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The embedded database could not be created: ${stderr}`);
  try {
    renameSync(unfinished, place);
  } catch (error) {
    // Another process was faster.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}

const TEMPLATE = createTemplate();

/** One embedded database for all tests of a file, each with a schema of its own: starting one takes half a second. */
class SharedEmbedded {
  #source: EmbeddedPostgres | undefined;
  #settings: EmbeddedOptions | undefined;

  async unopened(migrations: readonly Migration[], schema = randomSchema()): Promise<Database> {
    this.#settings ??= await embeddedOptions();
    const source = (this.#source ??= new EmbeddedPostgres(this.#settings.directory, systemClock));
    const { kind, whatToCheck } = source;
    const [interrupt, close, cut] = [() => undefined, () => Promise.resolve(), () => undefined];
    const openGuest = (guest: string): ReturnType<typeof source.openGuest> => source.openGuest(guest);
    const view = { kind, whatToCheck, open: () => source.open(), openGuest, close, cut, interrupt } as const;
    const database = new PooledDatabase(view, schema, migrations, systemClock);
    disposals.set(database, async () => {
      // After the end there is nothing left, and opening would make a new one.
      if (this.#source !== source) return;
      const pool = await source.open();
      await pool.query(`DROP SCHEMA IF EXISTS ${database.schema}, ${database.schema}_queue CASCADE`);
      await pool.end();
    });
    return database;
  }

  async end(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    await source?.close();
    await dispose(this.#settings);
  }
}

function kindsHere(): TestDatabases[] {
  const shared = new SharedEmbedded();
  afterAll(() => shared.end());
  const kind = (
    name: TestDatabases['name'],
    options: TestDatabases['options'],
    unopened: TestDatabases['unopened'],
  ): TestDatabases => ({
    name,
    options,
    unopened,
    create: async (migrations = MIGRATIONS) => {
      const database = await unopened(migrations);
      await database.open();
      return database;
    },
  });
  const embedded = kind('embedded', embeddedOptions, (migrations, schema) => shared.unopened(migrations, schema));
  if (POSTGRES_URL === undefined) return [embedded];
  const url = POSTGRES_URL;
  return [embedded, kind('postgres', postgresOptions(url), (...made) => Promise.resolve(ofPostgres(url, ...made)))];
}

function ofPostgres(url: string, migrations: readonly Migration[], schema = randomSchema()): Database {
  const database = createDatabase({ url, schema }, migrations, systemClock);
  disposals.set(database, () => dropSchema(url, schema));
  return database;
}

/** Every kind of database that there is here. The embedded one always is. */
export const DATABASES: readonly TestDatabases[] = kindsHere();

process.stderr.write(
  POSTGRES_URL === undefined
    ? 'Databases: embedded. No Postgres lets postgres in at 127.0.0.1:5432, and TEST_DATABASE_URL is not set.\n'
    : 'Databases: embedded and postgres.\n',
);
