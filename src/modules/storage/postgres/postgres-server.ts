import type { Duplex } from 'node:stream';
import type { Pool } from 'pg';
import { InvalidConfigurationError, StorageError } from '../../../common/errors/ip-risk.error.js';
import type { GuestConnections } from '../guest-connections.js';
import type { PoolSource } from '../pool-source.js';
import { guestConnections, OpenStreams } from '../open-streams.js';
import { DatabaseUrl } from './database-url.js';
import { GuardedSocket } from './guarded-socket.js';

const MOST_CONNECTIONS = 10;
const MOST_GUEST_CONNECTIONS = 4;
const CONNECT_MS = 2_000;
const STATEMENT_MS = 10_000;
/** Longer than the server takes to give a statement up: this is for a server that says nothing any more. */
const ANSWER_MS = STATEMENT_MS + 2_000;
const OLDEST_VERSION = 15;
/**
 * Whatever the role's own settings are. Statements of a function have to see what others committed while it waited, and
 * names that we do not qualify are those of Postgres, not of whoever may create functions in some schema.
 */
const sessionWith = (searchPath: string): string =>
  `SET default_transaction_isolation = 'read committed'; SET search_path = ${searchPath}; SET TimeZone = 'UTC'`;
const SESSION = sessionWith('pg_catalog, pg_temp');

/** A Postgres somewhere else, by its URL. */
export class PostgresServer implements PoolSource {
  readonly kind = 'postgres';
  readonly whatToCheck = 'DATABASE_URL';
  readonly #url: DatabaseUrl;
  readonly #streams = new OpenStreams(() => new GuardedSocket());

  /** @throws InvalidConfigurationError */
  constructor(url: string) {
    this.#url = DatabaseUrl.parse(url);
  }

  async open(): Promise<Pool> {
    const pool = await this.#pool(MOST_CONNECTIONS, SESSION, this.#streams.open);
    try {
      await assertVersion(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return pool;
  }

  async openGuest(schema: string): Promise<GuestConnections> {
    const streams = new OpenStreams(() => new GuardedSocket());
    const pool = await this.#pool(MOST_GUEST_CONNECTIONS, sessionWith(`pg_catalog, ${schema}, pg_temp`), streams.open);
    return guestConnections(pool, streams);
  }

  cut(): void {
    this.#streams.destroy();
  }

  interrupt(): void {
    // Connecting ends by itself soon.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #pool(max: number, session: string, stream: () => Duplex): Promise<Pool> {
    const { Pool } = await import('pg');
    const pool = new Pool({
      connectionString: this.#url.reveal(),
      application_name: 'nestjs-ip-risk',
      max,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      stream,
      // Before the first statement; the pool waits for it, which its types do not say.
      onConnect: (client): void => client.query(session) as never,
      allowExitOnIdle: true,
    });
    // The text has the password in it, and a pool prints its options.
    Object.defineProperty(pool.options, 'connectionString', { enumerable: false });
    endureLostConnections(pool);
    return pool;
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
  const version = rows[0]?.version;
  if (version === undefined || Number.isNaN(version)) {
    throw new StorageError('STORAGE_UNAVAILABLE', 'What DATABASE_URL names does not answer as PostgreSQL does.');
  }
  if (version >= OLDEST_VERSION) return;
  throw new InvalidConfigurationError(
    `DATABASE_URL names a PostgreSQL ${version}; ${OLDEST_VERSION} or newer is needed.`,
  );
}
