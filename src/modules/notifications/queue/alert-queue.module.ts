import { Module } from '@nestjs/common';
import { InvalidConfigurationError } from '../../../common/errors/ip-risk.error.js';
import { RedisUrl } from '../../../common/redis/redis-url.js';
import { DATABASE, type Database } from '../../storage/database.js';
import { isGuestHost } from '../../storage/guest-connections.js';
import type { AlertsModuleOptions } from '../alerts-options.js';
import { ALERTS_OPTIONS, ConfigurableModuleClass } from './alert-queue.module-definition.js';
import { PostgresQueueStore } from './postgres-queue-store.js';
import { QueueStore, teachQueueStores } from './queue-store.js';
import { RedisQueueStore } from './redis-queue-store.js';

/** @throws InvalidConfigurationError */
async function openStore({ redisUrl }: AlertsModuleOptions, database: Database): Promise<QueueStore> {
  teachQueueStores();
  if (database.report().kind === 'none') {
    throw new InvalidConfigurationError(
      'AlertsModule delivers what IpRiskModule writes into its database; set `database` and `alerts` of IpRiskModule.',
    );
  }
  // Databases that share a Redis have queues of their own where their schemas differ.
  if (redisUrl !== undefined) return RedisQueueStore.open(RedisUrl.parse(redisUrl), `{ip-risk:${database.schema}}`);
  if (isGuestHost(database)) return new PostgresQueueStore(database);
  throw new InvalidConfigurationError('Without `redisUrl` AlertsModule needs the database of IpRiskModule itself.');
}

/** The options of the alerts, and where BullMQ keeps them: BullMQ's module asks for that before `AlertsModule` is there. */
@Module({
  providers: [{ provide: QueueStore, inject: [ALERTS_OPTIONS, DATABASE], useFactory: openStore }],
  exports: [QueueStore, ALERTS_OPTIONS],
})
export class AlertQueueModule extends ConfigurableModuleClass {}
