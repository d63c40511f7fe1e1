import type { RedisStore } from './redis-store.js';

/** Redis for what may be lost, and for what should stay; the same one where there is one. */
export interface RedisStores {
  readonly cache: RedisStore | undefined;
  readonly lasting: RedisStore | undefined;
}

/** Token of {@link RedisStores}. */
export const REDIS_STORES = Symbol('IP_RISK:REDIS_STORES');

export function closeStores({ cache, lasting }: RedisStores): void {
  cache?.close();
  if (lasting !== cache) lasting?.close();
}
