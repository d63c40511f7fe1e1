import type { RedisStore } from '../../../common/redis/redis-store.js';
import type { CreditLedger } from './credit-ledger.js';

/** Seconds a day's count is kept: the day itself and one more for clocks that differ. */
const KEPT_SECONDS = 2 * 86_400;

/**
 * Keeps the vendors' spending in Redis, for every process that shares it. Without Redis each process counts for itself
 * until it is back. The store stays open when the ledger is closed: it is whoever's who opened it.
 */
export function redisCreditLedger(store: RedisStore): CreditLedger {
  const keyOf = (day: string, providerId: string): string => `ip-risk:credits:${providerId}:${day}`;
  return {
    spentOn: async (day, providerId) => countIn(await store.run((redis) => redis.get(keyOf(day, providerId)))),
    add: (day, providerId, credits) => {
      const key = keyOf(day, providerId);
      return store.run(async (redis) => {
        const replies = await redis.multi().incrby(key, credits).expire(key, KEPT_SECONDS).exec();
        const [refusal, sum] = replies?.[0] ?? [new Error('Redis answered nothing.')];
        // Rejected, so that the credits stay owed and go with the next entry.
        if (refusal !== null) throw refusal;
        return countIn(sum);
      });
    },
  };
}

/** Somebody else's value under our key counts for nothing. */
function countIn(value: unknown): number {
  const count = typeof value === 'string' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
}
