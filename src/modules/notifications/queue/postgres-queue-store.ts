import {
  PostgresQueueBackend,
  SchemaMigrationRequiredError,
  LATEST_SCHEMA_VERSION,
  assertSchemaCompatibility,
  runMigrations,
  type BackendFactory,
  type PgPool,
} from 'bullmq';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { GuestConnections, GuestHost } from '../../storage/guest-connections.js';
import { QueueStore } from './queue-store.js';
import { SchemaConnection } from './schema-connection.js';

const SUFFIX = '_queue';
/** Bytes of a name in Postgres. */
const LONGEST_NAME = 63;

/** Jobs in the database of everything else, in a schema of their own. It is never the first to open the database. */
export class PostgresQueueStore extends QueueStore {
  readonly schema: string;
  private guest: Promise<GuestConnections> | undefined;
  private migrated: Promise<void> | undefined;
  private isMigrated = false;
  private isEnded = false;

  constructor(private readonly database: GuestHost) {
    super();
    this.schema = `${database.schema.slice(0, LONGEST_NAME - SUFFIX.length)}${SUFFIX}`;
  }

  override get isReachable(): boolean {
    return this.isMigrated && this.database.report().status === 'up';
  }

  override readonly createBackend = (
    ...[name, options, { withBlockingConnection = false } = {}]: Parameters<BackendFactory>
  ): PostgresQueueBackend => {
    const connection = new SchemaConnection(this.pool(), this.schema, () => this.ready());
    // Who blocks has a name by which BullMQ counts the workers.
    return new PostgresQueueBackend(
      connection,
      name,
      options as never,
      true,
      withBlockingConnection ? name : undefined,
    );
  };

  override disconnect(): void {
    this.isEnded = true;
    this.guest?.then(
      (guest) => {
        guest.destroy();
      },
      () => undefined,
    );
  }

  /** The tables, made or brought up to date once. Who may not create schemas can have one made with the tables in it. */
  private ready(): Promise<void> {
    this.migrated ??= this.migrate().catch((error: unknown) => {
      this.migrated = undefined;
      throw error;
    });
    return this.migrated;
  }

  private async migrate(): Promise<void> {
    const { pool } = await this.opened();
    const client = await pool.connect();
    let isDone = false;
    try {
      if ((await versionOf(client, this.schema)) < LATEST_SCHEMA_VERSION) await runMigrations(client, this.schema);
      isDone = true;
      this.isMigrated = true;
    } finally {
      client.release(!isDone);
    }
  }

  private opened(): Promise<GuestConnections> {
    if (this.isEnded || this.database.report().status === 'closed') return Promise.reject(notOpen());
    this.guest ??= this.database.openGuest(this.schema).catch((error: unknown) => {
      this.guest = undefined;
      throw error;
    });
    return this.guest;
  }

  /** What BullMQ takes for a pool. Its clients and their errors are the real pool's. */
  private pool(): PgPool {
    const pool: PgPool = {
      connect: async () => (await (await this.opened()).pool.connect()) as never,
      query: async (text: string, values?: readonly unknown[]) =>
        (await (await this.opened()).pool.query(text, values as unknown[])) as never,
      end: () => Promise.resolve(),
      on: () => pool,
      removeAllListeners: () => pool,
    };
    return pool;
  }
}

async function versionOf(client: Parameters<typeof assertSchemaCompatibility>[0], schema: string): Promise<number> {
  try {
    return await assertSchemaCompatibility(client, schema);
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 0;
    throw error;
  }
}

const notOpen = (): StorageError =>
  new StorageError('STORAGE_UNAVAILABLE', 'The queue of alerts waits for the database to be opened.');
