import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { REDIS_STORES, type RedisStores } from '../../common/redis/redis-stores.js';

/** Reports what processes share. Always up: without Redis each process decides for itself, which is degraded and not down. */
@Injectable()
export class RedisHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(REDIS_STORES) private readonly stores: RedisStores,
  ) {}

  check(): HealthIndicatorResult {
    const { cache, lasting } = this.stores;
    const stores = lasting === cache ? { all: cache } : { cache, lasting };
    const details = Object.entries(stores).map(([name, store]) => {
      if (store === undefined) return [name, { redis_status: 'not-configured' }];
      const { status, kind, downSince, reason, refuses } = store.report();
      return [
        name,
        {
          redis_status: status === 'up' && refuses === undefined ? 'up' : 'degraded',
          kind,
          down_since: downSince === undefined ? null : new Date(downSince).toISOString(),
          reason: reason ?? refuses ?? null,
        },
      ];
    });
    return this.indicators.check('redis').up(Object.fromEntries(details) as Record<string, unknown>);
  }
}
