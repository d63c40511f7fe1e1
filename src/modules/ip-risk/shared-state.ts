import { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { cacheVersion } from '../assessment/cache-version.js';
import { EntrySeal } from '../../common/redis/entry-seal.js';
import { RedisStore } from '../../common/redis/redis-store.js';
import { RedisUrl } from '../../common/redis/redis-url.js';
import type { RedisStores } from '../../common/redis/redis-stores.js';
import { RedisTier } from '../caching/redis/redis-tier.js';
import type { SharedTier } from '../caching/shared-tier.js';
import type { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { QuotaBrake } from '../providers/protection/quota-brake.js';
import { redisCounter } from '../providers/protection/redis-counter.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';

/** Milliseconds that one question to Redis may take. */
const REDIS_DEADLINE_MS = 50;
/** The most of the lookup's deadline that it may take: whatever Redis takes is not left for the vendors. */
const REDIS_SHARE = 0.25;
const SHORTEST_HASH_KEY = 16;

/**
 * Connects within a second. Redis may be away; it is used as soon as it is there.
 *
 * @throws InvalidConfigurationError for a URL or a key that cannot be meant.
 */
export async function openStores({ redis, deadlineMs = 300 }: IpRiskModuleOptions, clock: Clock): Promise<RedisStores> {
  if (redis === undefined) return { cache: undefined, lasting: undefined };
  const { url, cacheUrl, hashKey } = redis;
  if (hashKey !== undefined && hashKey.replace(/\s/g, '').length < SHORTEST_HASH_KEY) {
    throw new InvalidConfigurationError(
      `redis.hashKey (IP_RISK_HASH_KEY) must have ${SHORTEST_HASH_KEY} characters or more that are no blanks.`,
    );
  }
  const logger = new Logger('Redis');
  const warn =
    redis.warn ??
    ((message: string): void => {
      logger.warn(message);
    });
  const settings = {
    deadlineMs: redis.deadlineMs ?? Math.min(REDIS_DEADLINE_MS, deadlineMs * REDIS_SHARE),
    warn,
    clock,
  };
  if (!(settings.deadlineMs > 0 && settings.deadlineMs <= deadlineMs)) {
    throw new InvalidConfigurationError(
      `redis.deadlineMs (IP_RISK_REDIS_DEADLINE_MS): ${String(settings.deadlineMs)} must be above 0 and at most deadlineMs (IP_RISK_DEADLINE_MS), ${String(deadlineMs)}.`,
    );
  }
  // Before anything is opened that would have to be closed again.
  RedisUrl.parse(url, 'redis.url (REDIS_URL)');
  if (cacheUrl !== undefined) RedisUrl.parse(cacheUrl, 'redis.cacheUrl (CACHE_REDIS_URL)');
  const [lasting, cache] = await Promise.all([
    RedisStore.open(url, { ...settings, setting: 'REDIS_URL' }),
    cacheUrl === undefined || cacheUrl === url
      ? undefined
      : RedisStore.open(cacheUrl, { ...settings, setting: 'CACHE_REDIS_URL' }),
  ]);
  return { cache: cache ?? lasting, lasting };
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
  { quotaBrake: limits, redis }: IpRiskModuleOptions,
  { cache }: RedisStores,
  clock: Clock,
): QuotaBrake {
  const seal = new EntrySeal(redis?.hashKey);
  const counter = cache === undefined ? undefined : redisCounter(cache, (key) => seal.nameOf(`new:${key}`));
  return new QuotaBrake({ ...limits, clock, counter });
}
