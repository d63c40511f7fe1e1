import type { Cluster, DNSLookupFunction, Redis, RedisOptions } from 'ioredis';
import type { RedisHost, RedisUrl } from './redis-url.js';

/** One server, a Sentinel set's master, or a cluster: the commands are the same. */
export type RedisClient = Redis | Cluster;

type Driver = Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>;
type Options = Omit<RedisOptions, 'replyMapping'>;

/** Milliseconds for a connection. */
const CONNECT_MS = 1000;
/** Longer than a busy process may sleep: it would hang up on answers that lie there. The store hangs up on a dead server before. */
const SILENCE_MS = 10_000;
/** The longest pause between two tries to connect. */
const MOST_PAUSE_MS = 1000;
/** Milliseconds between two reconnects because of READONLY: where the URL names a replica it never ends. */
const READONLY_PAUSE_MS = 1000;
/** Milliseconds until a slot that is on its way to another node is asked for again. */
const MOVING_SLOT_MS = 10;
const MOST_REDIRECTIONS = 5;

/**
 * 50, 100, 200 … 1000 ms: back within 5 s of Redis, and no storm while it is away.
 *
 * @param mostMs where it goes on to double. @default 1000
 */
export function reconnectPause(attempt: number, mostMs = MOST_PAUSE_MS): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), mostMs);
}

/** A certificate names the host and not its address. */
const keepName: DNSLookupFunction = (host, done) => {
  done(null, host);
};

/** Makes connections to where the URL leads. None of them queues, tries twice, or waits for a server that is silent. */
export class RedisClients {
  readonly #url: RedisUrl;
  readonly #driver: Driver;
  private nextNode = 0;

  private constructor(url: RedisUrl, driver: Driver) {
    this.#url = url;
    this.#driver = driver;
  }

  /** The driver is loaded only where it is used: most installations have no Redis, and all would pay for it in memory. */
  static async load(url: RedisUrl): Promise<RedisClients> {
    return new RedisClients(url, await import('ioredis'));
  }

  /** Not connected yet; connects again by itself for as long as it is not disconnected. */
  client(): RedisClient {
    if (this.#url.kind !== 'cluster')
      return new this.#driver.Redis({ ...this.target(), retryStrategy: (attempt) => reconnectPause(attempt) });
    return new this.#driver.Cluster([...this.#url.hosts], {
      lazyConnect: true,
      enableOfflineQueue: false,
      // What is not there is an answer too: whoever asks has something better to do than to wait.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      retryDelayOnTryAgain: MOVING_SLOT_MS,
      maxRedirections: MOST_REDIRECTIONS,
      slotsRefreshTimeout: CONNECT_MS,
      clusterRetryStrategy: (attempt) => reconnectPause(attempt),
      redisOptions: this.common(),
      ...(this.#url.isTls ? { dnsLookup: keepName } : {}),
    });
  }

  /**
   * A connection to listen with, which ends when it is lost. In a cluster it goes to any node: what is published at one is
   * heard at all.
   */
  listener(client: RedisClient): Redis {
    if (this.#url.kind !== 'cluster') return new this.#driver.Redis({ ...this.target(), retryStrategy: null });
    const known = client.isCluster ? (client as Cluster).nodes().map(({ options }) => addressIn(options)) : [];
    const nodes = known.length > 0 ? known : this.#url.hosts;
    const node = nodes[this.nextNode++ % nodes.length];
    return new this.#driver.Redis({ ...this.common(), ...node, retryStrategy: null });
  }

  private target(): Options {
    const { kind, hosts, masterName, user, db } = this.#url;
    const password = this.#url.revealPassword();
    if (kind !== 'sentinel') return { ...this.common(), ...hosts[0], db };
    return {
      ...this.common(),
      db,
      sentinels: [...hosts],
      name: masterName,
      // A Sentinel without a password takes any; its users are not those of the servers.
      ...(password === undefined || user !== undefined ? {} : { sentinelPassword: password }),
      sentinelRetryStrategy: (attempt) => reconnectPause(attempt),
      sentinelCommandTimeout: CONNECT_MS,
      ...(this.#url.isTls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
    };
  }

  private common(): Options {
    const { user, isTls } = this.#url;
    const password = this.#url.revealPassword();
    let lastReconnect = -Infinity;
    return {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      // A command whose caller was told that it failed may not be sent once more.
      autoResendUnfulfilledCommands: false,
      // Its own way ends in a rejection that nobody handles.
      autoResubscribe: false,
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      disconnectTimeout: 100,
      maxLoadingRetryTime: 500,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      ...(isTls ? { tls: {} } : {}),
      reconnectOnError: ({ message }) => {
        // A failover behind a name: the name leads to the new master.
        const now = performance.now();
        if (!message.startsWith('READONLY') || now - lastReconnect < READONLY_PAUSE_MS) return false;
        lastReconnect = now;
        return true;
      },
    };
  }
}

/** The rest of a node's options belongs to its place in the cluster. */
function addressIn({ host = '', port = 0 }: RedisOptions): RedisHost {
  return { host, port };
}
