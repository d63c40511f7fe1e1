import { PostgresConnection, type PgPool } from 'bullmq';

type PgListenClient = Awaited<ReturnType<PostgresConnection['getListenClient']>>;

/** BullMQ's connection, over a pool and in a schema of ours. Its own keeps a first failure for good, and has one schema. */
export class SchemaConnection extends PostgresConnection {
  override readonly schema: string;
  private listener: PgListenClient | undefined;

  /** @param ready resolves once the tables are there; asked before each statement */
  constructor(
    pool: PgPool,
    schema: string,
    private readonly ready: () => Promise<void>,
  ) {
    super(pool);
    this.schema = schema;
  }

  override waitUntilReady(): Promise<void> {
    return this.ready();
  }

  override async getListenClient(): Promise<PgListenClient> {
    this.listener = await super.getListenClient();
    return this.listener;
  }

  override async close(): Promise<void> {
    const closed = super.close();
    // It takes all listeners off the client, and an error that nobody hears ends the process.
    this.listener?.on('error', () => undefined);
    await closed;
    this.listener?.on('error', () => undefined);
  }
}
