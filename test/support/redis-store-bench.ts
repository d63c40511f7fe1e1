import { RedisStore, type RedisStoreOptions } from '../../src/common/redis/redis-store.js';
import { eventually } from './eventually.js';

/** Milliseconds within which everything is as before once Redis is. */
export const RECOVERY_MS = 5000;
/** Far more than the deadline of 50 ms; who waits for Redis waits longer. */
const HANG_MS = 1500;

/** Stores of one test, with everything they told, and what no promise in the process handled. */
export class RedisStoreBench {
  readonly warnings: string[] = [];
  readonly unhandled: unknown[] = [];
  private readonly stores: RedisStore[] = [];
  private readonly servers: { close(): Promise<void> }[] = [];
  private readonly onUnhandled = (reason: unknown): void => {
    this.unhandled.push(reason);
  };

  constructor() {
    process.on('unhandledRejection', this.onUnhandled);
  }

  async open(url: string, options: RedisStoreOptions = {}): Promise<RedisStore> {
    const warn = (message: string): void => {
      this.warnings.push(message);
    };
    const store = await inTime(RedisStore.open(url, { warn, ...options }));
    this.stores.push(store);
    return store;
  }

  /** Closes it with the stores, however the test ends. */
  keep<T extends { close(): Promise<void> }>(server: T): T {
    this.servers.push(server);
    return server;
  }

  /** @returns what was not handled. */
  async close(): Promise<readonly unknown[]> {
    for (const store of this.stores) store.close();
    await Promise.all(this.servers.map((server) => server.close()));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', this.onUnhandled);
    return this.unhandled;
  }
}

/** @throws when it is not settled long after it should be. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TypeError('It hangs.'));
    }, HANG_MS);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}

export const write = (store: RedisStore, key = 'key'): Promise<unknown> =>
  inTime(store.run((redis) => redis.set(key, 'value', 'EX', 60)));
export const read = (store: RedisStore, key = 'key'): Promise<unknown> => inTime(store.run((redis) => redis.get(key)));
/** Within the time it may take. */
export const worksAgain = (store: RedisStore, key = 'key'): Promise<unknown> =>
  eventually(() => write(store, key), RECOVERY_MS);
