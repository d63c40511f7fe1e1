import type { FactoryProvider } from '@nestjs/common';
import { getStorageToken } from '@nestjs/throttler';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { REDIS_STORE, type RedisStore } from '../caching/redis/redis-store.js';
import type { CostStorage } from './cost-storage.js';
import { MemoryStorage } from './memory-storage.js';
import { RedisStorage } from './redis-storage.js';

/** Where requests are counted: in Redis where there is one, for all its processes, otherwise in this process. */
export const throttleStorage: FactoryProvider<CostStorage> = {
  provide: getStorageToken(),
  inject: [CLOCK, { token: REDIS_STORE, optional: true }],
  useFactory: (clock: Clock, store?: RedisStore) => {
    const memory = new MemoryStorage(clock);
    return store === undefined ? memory : new RedisStorage(store, memory);
  },
};
