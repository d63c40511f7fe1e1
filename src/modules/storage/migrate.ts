import type { Pool, PoolClient } from 'pg';
import { StorageError } from '../../common/errors/ip-risk.error.js';
import type { Migration } from './migration.js';

/** Milliseconds that a statement of a step may take, waiting for the process that applies it now included. */
const MOST_STEP_MS = 15 * 60_000;

/**
 * Brings the schema up to date, one step after the other, each with its record in one transaction. Of many processes that
 * start at once, one applies a step and the others wait for it: the lock belongs to the transaction, and so goes with it.
 *
 * @throws StorageError when the database is newer than the steps.
 */
export async function migrate(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<void> {
  const newest = migrations.at(-1)?.version ?? 0;
  const client = await pool.connect();
  let isDone = false;
  try {
    let version = await versionOf(client, schema);
    while (version < newest) version = await applyNext(client, schema, migrations);
    if (version > newest) throw tooNew(version, newest);
    isDone = true;
  } finally {
    client.release(!isDone);
  }
}

/** @returns the version that the schema is at afterwards. */
async function applyNext(client: PoolClient, schema: string, migrations: readonly Migration[]): Promise<number> {
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL statement_timeout = 0');
    await patiently(client, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${schema}.schema_migrations`]);
    const version = await versionOf(client, schema);
    const step = migrations.find((migration) => migration.version > version);
    if (step === undefined) {
      await client.query('COMMIT');
      return version;
    }
    await createRecord(client, schema);
    await patiently(client, step.sql(schema));
    await client.query(`INSERT INTO ${schema}.schema_migrations (version, name) VALUES ($1, $2)`, [
      step.version,
      step.name,
    ]);
    await client.query('COMMIT');
    return step.version;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function versionOf(client: PoolClient, schema: string): Promise<number> {
  // Out of the tables themselves: to_regclass may remember from before the lock that there was none.
  const { rowCount } = await client.query('SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = $2', [
    schema,
    'schema_migrations',
  ]);
  if (rowCount === 0) return 0;
  const { rows } = await client.query<{ version: number }>(
    `SELECT coalesce(max(version), 0) AS version FROM ${schema}.schema_migrations`,
  );
  return rows[0]?.version ?? 0;
}

async function createRecord(client: PoolClient, schema: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  // Who may not create schemas may still use one: IF NOT EXISTS asks for the right to create first.
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${schema}`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${schema}.schema_migrations ` +
      '(version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  );
}

/** The client gives up after a while by itself; a step over a large table takes longer. */
async function patiently(client: PoolClient, text: string, values: readonly string[] = []): Promise<void> {
  const query = { text, query_timeout: MOST_STEP_MS, ...(values.length > 0 && { values: [...values] }) };
  await client.query(query);
}

const tooNew = (version: number, newest: number): StorageError =>
  new StorageError(
    'STORAGE_FAILED',
    `The database is at version ${version} of the schema, and this release knows ${newest}; run the newer release, or ` +
      'name another schema (IP_RISK_DATABASE_SCHEMA).',
  );
