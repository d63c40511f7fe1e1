import type { FactoryProvider } from '@nestjs/common';
import { getStorageToken } from '@nestjs/throttler';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { REDIS_STORES, type RedisStores } from '../../common/redis/redis-stores.js';
import type { CostStorage } from './cost-storage.js';
import { MemoryStorage } from './memory-storage.js';
import { RedisStorage } from './redis-storage.js';

/** Where requests are counted: in Redis where there is one, for all its processes, otherwise in this process. */
export const throttleStorage: FactoryProvider<CostStorage> = {
  provide: getStorageToken(),
  inject: [CLOCK, REDIS_STORES],
  useFactory: (clock: Clock, { cache }: RedisStores) => {
    const memory = new MemoryStorage(clock);
    return cache === undefined ? memory : new RedisStorage(cache, memory);
  },
};
