import { QueueKeys, RedisConnection, RedisQueueBackend, type BackendFactory } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { RedisClients, type RedisClient } from '../../../common/redis/redis-clients.js';
import type { RedisUrl } from '../../../common/redis/redis-url.js';
import { QueueStore } from './queue-store.js';

type DuplicateOptions = NonNullable<Parameters<Cluster['duplicate']>[1]>;

/** Milliseconds of silence after which a connection is made anew. A worker's may be silent for the 10 s that it waits for a job. */
const SILENCE_MS = 15_000;

/** As BullMQ needs them: a worker waits for its Redis, as long as it takes. */
const OF_CLUSTERED_WORKERS = {
  maxRetriesPerRequest: null,
  autoResendUnfulfilledCommands: true,
  socketTimeout: SILENCE_MS,
};
const OF_WORKERS = { ...OF_CLUSTERED_WORKERS, lazyConnect: false, enableOfflineQueue: true };

/** Jobs in Redis. What is added fails at once while Redis is away. */
export class RedisQueueStore extends QueueStore {
  private readonly clients: RedisClient[] = [];
  private readonly producer: RedisClient;

  private constructor(
    source: RedisClients,
    private readonly prefix: string,
  ) {
    super();
    this.producer = this.kept(source.client());
    // It goes on to try by itself.
    this.producer.connect().catch(() => undefined);
  }

  /**
   * Does not wait for Redis.
   *
   * @param prefix of all keys. In braces, since a cluster keeps them together by that only.
   */
  static async open(url: RedisUrl, prefix: `{${string}}`): Promise<RedisQueueStore> {
    return new RedisQueueStore(await RedisClients.load(url), prefix);
  }

  override get isReachable(): boolean {
    return this.producer.status === 'ready';
  }

  override readonly createBackend = (
    ...[name, options, { withBlockingConnection = false } = {}]: Parameters<BackendFactory>
  ): RedisQueueBackend => {
    const client = withBlockingConnection ? this.ofWorker() : this.producer;
    // The connections are ours to end. Asking for the version is for who blocks: a failure of it would be final.
    const asked = { shared: true, blocking: false, skipVersionCheck: true, skipWaitingForReady: true };
    const blocking = withBlockingConnection
      ? new RedisConnection(this.ofWorker(), { shared: true, blocking: true })
      : undefined;
    const keys = new QueueKeys(this.prefix);
    return new RedisQueueBackend(
      new RedisConnection(client, asked),
      name,
      keys.getKeys(name),
      (type) => keys.toKey(name, type),
      options,
      blocking,
    );
  };

  override disconnect(): void {
    this.clients.forEach(end);
  }

  private ofWorker(): RedisClient {
    return this.kept(
      isCluster(this.producer)
        ? this.producer.duplicate([], {
            lazyConnect: false,
            enableOfflineQueue: true,
            redisOptions: { ...this.producer.options.redisOptions, ...OF_CLUSTERED_WORKERS },
          } as DuplicateOptions)
        : this.producer.duplicate(OF_WORKERS),
    );
  }

  private kept<Client extends RedisClient>(client: Client): Client {
    // Outages are told of by whoever asks.
    (client as Redis).on('error', () => undefined);
    this.clients.push(client);
    return client;
  }
}

/**
 * A client of ioredis that waits to connect again stays so for good when it is disconnected, and whoever waits for its
 * answers or its end with it. One that is disconnected while it connects does end.
 */
function end(client: RedisClient): void {
  const waits = isCluster(client)
    ? client.nodes().length === 0 && client.status !== 'end'
    : client.status === 'reconnecting';
  client.disconnect();
  if (!waits) return;
  const again = (): void => {
    client.disconnect();
  };
  // A cluster connects with its first node, and would not hear of it before.
  if (isCluster(client)) client.once('+node', again);
  client.connect().catch(() => undefined);
  if (!isCluster(client)) again();
}

const isCluster = (client: RedisClient): client is Cluster => client.isCluster;
