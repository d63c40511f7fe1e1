import type { Clock } from '../../common/clock/clock.js';
import type { Database } from './database.js';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import type { Migration } from './migration.js';
import { PooledDatabase } from './pooled-database.js';
import { PostgresServer } from './postgres/postgres-server.js';
import { DEFAULT_SCHEMA, schemaName } from './schema-name.js';

export type DatabaseOptions =
  | {
      /** `postgres://user:password@host:port/database`; encrypted as its `sslmode` says. PostgreSQL 15 or newer. */
      readonly url: string;
      /** Holds all tables. @default 'ip_risk' */
      readonly schema?: string | undefined;
      /** Told once when the database is away, and once when it is back. */
      readonly warn?: ((message: string) => void) | undefined;
    }
  | {
      /** Of the embedded database, for this process alone; created where it is missing. */
      readonly directory: string;
      readonly schema?: string | undefined;
      readonly warn?: ((message: string) => void) | undefined;
    };

/**
 * A database that is not opened yet.
 *
 * @throws InvalidConfigurationError
 */
export function createDatabase(options: DatabaseOptions, migrations: readonly Migration[], clock: Clock): Database {
  const schema = schemaName(options.schema ?? DEFAULT_SCHEMA);
  const source = 'url' in options ? new PostgresServer(options.url) : new EmbeddedPostgres(options.directory, clock);
  return new PooledDatabase(source, schema, migrations, clock, options.warn);
}
