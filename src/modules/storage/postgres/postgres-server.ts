import type { Pool } from 'pg';
import { InvalidConfigurationError } from '../../../common/errors/ip-risk.error.js';
import type { PoolSource } from '../pool-source.js';
import { DatabaseUrl } from './database-url.js';

const MOST_CONNECTIONS = 10;
const CONNECT_MS = 2_000;
const STATEMENT_MS = 10_000;
/** Longer than the server takes to give a statement up: this is for a server that says nothing any more. */
const ANSWER_MS = STATEMENT_MS + 2_000;
const OLDEST_VERSION = 15;

/** A Postgres somewhere else, by its URL. */
export class PostgresServer implements PoolSource {
  readonly kind = 'postgres';
  readonly whatToCheck = 'DATABASE_URL';
  readonly #url: DatabaseUrl;

  /** @throws InvalidConfigurationError */
  constructor(url: string) {
    this.#url = DatabaseUrl.parse(url);
  }

  async open(): Promise<Pool> {
    const { Pool } = await import('pg');
    const pool = new Pool({
      connectionString: this.#url.reveal(),
      application_name: 'nestjs-ip-risk',
      max: MOST_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      allowExitOnIdle: true,
    });
    // The text has the password in it, and a pool prints its options.
    Object.defineProperty(pool.options, 'connectionString', { enumerable: false });
    endureLostConnections(pool);
    try {
      await assertVersion(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return pool;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A connection that breaks while nobody waits for an answer ends a process that does not listen. */
export function endureLostConnections(pool: Pool): void {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
}

async function assertVersion(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS version",
  );
  const version = rows[0]?.version ?? 0;
  if (version >= OLDEST_VERSION) return;
  throw new InvalidConfigurationError(
    `DATABASE_URL names a PostgreSQL ${version}; ${OLDEST_VERSION} or newer is needed.`,
  );
}
