import type { AlertChannel } from './channels/alert-channel.js';

/** Settings of `AlertsModule.forRoot`. */
export interface AlertsModuleOptions {
  /** Where alerts go. */
  readonly channel: AlertChannel;
  /**
   * Of BullMQ's Redis: `redis://`, `rediss://`, `redis+sentinel://…/name` or `redis+cluster://host:port,host:port`. It must
   * not evict, and may lose everything. @default BullMQ's jobs are in the database of `IpRiskModule`
   */
  readonly redisUrl?: string | undefined;
  /** Where people reach this service, for links to decisions. @default alerts have no such link */
  readonly publicUrl?: string | undefined;
  /** Alerts that are delivered at the same time, 1 to 100. @default 4 */
  readonly concurrency?: number | undefined;
  /** Milliseconds that the channel may take for one alert, 1 to 60000. @default 10000 */
  readonly timeoutMs?: number | undefined;
}
