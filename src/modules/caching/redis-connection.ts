import type { Redis } from 'ioredis';

/** Milliseconds that the first connection may take before the caller goes on without it. */
const FIRST_CONNECTION_MS = 1000;
const COMMAND_MS = 500;
const MOST_RETRY_MS = 2000;

/**
 * A connection that never holds anybody up: a command fails at once while it is down and after half a second when the
 * server is stuck, and it connects again by itself for as long as the process lives.
 *
 * @param onError told of each outage; the text holds no password.
 */
export async function openRedis(url: string, onError: (message: string) => void): Promise<Redis> {
  // Loaded only where it is used: most installations have no Redis, and all would pay for it in memory.
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: FIRST_CONNECTION_MS,
    commandTimeout: COMMAND_MS,
    disconnectTimeout: COMMAND_MS,
    retryStrategy: (attempt) => Math.min(attempt * 100, MOST_RETRY_MS),
  });
  let isDown = false;
  redis.on('ready', () => (isDown = false));
  redis.on('error', (error: NodeJS.ErrnoException) => {
    if (!isDown) onError(`Redis cannot be used (${error.code ?? error.name}); see REDIS_URL.`);
    isDown = true;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FIRST_CONNECTION_MS);
  });
  await Promise.race([redis.connect().catch(() => undefined), late]);
  clearTimeout(timer);
  return redis;
}
