import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisUrl, type RedisHost } from '../../src/common/redis/redis-url.js';

/** Where somebody's own Redis usually is. */
const USUAL_PORT = 6379;

/**
 * Where the apps of the end-to-end suites share what they know: `TEST_REDIS_URL`, or nowhere. Each app finds it empty, so
 * one app's budget is not spent by another's, and has a hash key of its own, so no two that run side by side find each
 * other's verdicts. Suites that use it run one after the other (`--runInBand`).
 *
 * @throws Error for a Redis on the usual port, which may be somebody's.
 */
export async function testRedis(): Promise<{ readonly url: string; readonly hashKey: string } | undefined> {
  const url = process.env['TEST_REDIS_URL'];
  if (url === undefined || url === '') return undefined;
  for (const host of RedisUrl.parse(url, 'TEST_REDIS_URL').hosts) await empty(host);
  return { url, hashKey: randomBytes(16).toString('hex') };
}

async function empty({ host, port }: RedisHost): Promise<void> {
  if (port === USUAL_PORT) {
    throw new Error(`TEST_REDIS_URL: the suites empty their Redis, so it may not be the one on ${USUAL_PORT}.`);
  }
  const redis = new Redis({ host, port, lazyConnect: true });
  await redis.connect();
  await redis.flushall();
  redis.disconnect();
}
