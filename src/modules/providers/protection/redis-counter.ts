import type { RedisStore } from '../../../common/redis/redis-store.js';
import type { SharedCount, SharedCounter } from './shared-counter.js';

// One key for each call, so that a cluster can run it. Not PEXPIRE's own NX, which Redis before 7 does not know. A time
// that is longer than the window is not ours, and would hold a network for as long.
const COUNT_ONE = `
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
local window = tonumber(ARGV[1])
if left < 0 or left > window then
  redis.call('PEXPIRE', KEYS[1], window)
  left = window
end
return { count, left }`;

/**
 * Counts in Redis, under keys that end with their window. While Redis is away nothing is known.
 *
 * @param nameOf names that do not say what they stand for: a /48 is one site.
 */
export function redisCounter(store: RedisStore, nameOf: (key: string) => string): SharedCounter {
  return {
    count: (key, windowMs) => (store.isUp ? countIn(store, `ip-risk:new:${nameOf(key)}`, windowMs) : undefined),
  };
}

async function countIn(store: RedisStore, key: string, windowMs: number): Promise<SharedCount | undefined> {
  try {
    return sharedCount(await store.run((client) => client.eval(COUNT_ONE, 1, key, windowMs)));
  } catch {
    return undefined;
  }
}

function sharedCount(reply: unknown): SharedCount | undefined {
  const [count, leftMs] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  return isCount(count) && isCount(leftMs) ? { count, leftMs } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
