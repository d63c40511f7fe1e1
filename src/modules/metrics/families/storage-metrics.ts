import type { RedisStores } from '../../../common/redis/redis-stores.js';
import type { Database, DatabaseStatus } from '../../storage/database.js';
import type { Sample, SnapshotMetrics } from '../snapshot-metrics.js';

export interface StorageSources {
  readonly stores: RedisStores;
  readonly database: Pick<Database, 'report'>;
}

const DATABASE_STATES: readonly DatabaseStatus[] = ['closed', 'opening', 'up', 'down'];

export function registerStorageMetrics(metrics: SnapshotMetrics, { stores, database }: StorageSources): void {
  metrics.gauge(
    {
      name: 'redis_up',
      help: '0 while that Redis is away or refuses writes. No series without one.',
      labels: ['store'],
    },
    () => redisSamples(stores),
  );
  metrics.gauge(
    {
      name: 'database_state',
      help: '1 for the state that it is in; closed is not opened yet. No series without a database.',
      labels: ['state'],
    },
    () => {
      const { kind, status } = database.report();
      return kind === 'none' ? [] : DATABASE_STATES.map((state) => [state === status ? 1 : 0, { state }]);
    },
  );
}

function redisSamples({ cache, lasting }: RedisStores): Sample[] {
  const named = lasting === cache ? { all: cache } : { cache, lasting };
  return Object.entries(named).flatMap(([store, redis]) => {
    if (redis === undefined) return [];
    const { status, refuses } = redis.report();
    return [[status === 'up' && refuses === undefined ? 1 : 0, { store }] as const];
  });
}
