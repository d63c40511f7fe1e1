import { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { cacheVersion } from '../assessment/cache-version.js';
import { EntrySeal } from '../caching/redis/entry-seal.js';
import { RedisStore } from '../caching/redis/redis-store.js';
import type { RedisStores } from '../caching/redis/redis-stores.js';
import { RedisTier } from '../caching/redis/redis-tier.js';
import type { SharedTier } from '../caching/shared-tier.js';
import type { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { QuotaBrake } from '../providers/protection/quota-brake.js';
import { redisCounter } from '../providers/protection/shared-counter.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';

const MOST_REDIS_MS = 50;
/** Part of the lookup's deadline that Redis may take: a request asks it three times at most before it asks a vendor. */
const REDIS_SHARE = 0.125;
const SHORTEST_HASH_KEY = 16;

/**
 * Connects within a second. Redis may be away; it is used as soon as it is there.
 *
 * @throws InvalidConfigurationError for a URL or a key that cannot be meant.
 */
export async function openStores({ redis, deadlineMs = 300 }: IpRiskModuleOptions, clock: Clock): Promise<RedisStores> {
  if (redis === undefined) return { cache: undefined, lasting: undefined };
  const { url, cacheUrl, hashKey } = redis;
  if (hashKey !== undefined && hashKey.length < SHORTEST_HASH_KEY) {
    throw new InvalidConfigurationError(
      `redis.hashKey (IP_RISK_HASH_KEY) must have ${SHORTEST_HASH_KEY} characters or more.`,
    );
  }
  const logger = new Logger('Redis');
  const warn =
    redis.warn ??
    ((message: string): void => {
      logger.warn(message);
    });
  const settings = { deadlineMs: Math.min(MOST_REDIS_MS, deadlineMs * REDIS_SHARE), warn, clock };
  const lasting = await RedisStore.open(url, settings);
  if (cacheUrl === undefined || cacheUrl === url) return { cache: lasting, lasting };
  return { cache: await RedisStore.open(cacheUrl, settings), lasting };
}

/** Verdicts for all processes; without vendors there is nothing worth the way. */
export function sharedTier(
  { redis }: IpRiskModuleOptions,
  { cache: store }: RedisStores,
  lookup: ProviderLookup,
  clock: Clock,
): SharedTier | undefined {
  if (store === undefined || !lookup.hasVendors) return undefined;
  return new RedisTier({ store, clock, seal: new EntrySeal(redis?.hashKey), version: cacheVersion(lookup) });
}

/** @throws InvalidConfigurationError for limits that cannot be meant. */
export function quotaBrake(
  { quotaBrake: limits }: IpRiskModuleOptions,
  { cache }: RedisStores,
  clock: Clock,
): QuotaBrake {
  return new QuotaBrake({ ...limits, clock, counter: cache === undefined ? undefined : redisCounter(cache) });
}
