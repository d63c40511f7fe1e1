import type { Database } from '../../storage/database.js';
import { millisOf } from '../../storage/millis-of.js';
import type { AlertState } from '../alert.js';

/**
 * Events by what became of them, exact: `delivered + pending + queued + dead + suppressed + open = triggered`, always.
 * Since the tables were made, also of alerts that are deleted by now.
 */
export interface AlertTally {
  readonly triggered: number;
  readonly delivered: number;
  /** Kept back by the cap of their recipient. */
  readonly suppressed: number;
  /** They wait for the digest of their group. */
  readonly open: number;
  readonly pending: number;
  readonly queued: number;
  readonly dead: number;
  /** Reported again, or no news; not among the triggered. */
  readonly repeated: number;
  /** Alerts, not events; dead ones that can be replayed. */
  readonly alerts: Readonly<Record<AlertState, number>>;
  /** Milliseconds since 1970 at which the oldest alert was made that is neither delivered nor dead. */
  readonly oldestPendingAt: number | undefined;
}

/** @throws StorageError */
export async function readTally(database: Database): Promise<AlertTally> {
  const { schema } = database;
  const { rows } = await database.query<{ readonly tally: AlertTally & { readonly oldestPendingAt: number | null } }>(
    `select json_build_object('triggered', t.triggered, 'delivered', t.delivered, 'suppressed', t.suppressed,
       'repeated', t.repeated, 'dead', t.dead,
       'open', (select coalesce(sum(open_count), 0) from ${schema}.alert_groups),
       'pending', w.pending, 'queued', w.queued,
       'alerts', json_build_object('pending', w.pending_alerts, 'queued', w.queued_alerts,
         'delivered', t.delivered_alerts, 'dead', (select count(*) from ${schema}.alerts where state = 'dead')),
       'oldestPendingAt', ${millisOf('w.oldest')}) as tally
     from (
       select coalesce(sum(triggered), 0) as triggered, coalesce(sum(delivered), 0) as delivered,
         coalesce(sum(suppressed), 0) as suppressed, coalesce(sum(repeated), 0) as repeated,
         coalesce(sum(dead), 0) as dead, coalesce(sum(delivered_alerts), 0) as delivered_alerts
       from ${schema}.alert_tallies
     ) t, (
       select coalesce(sum(count) filter (where state = 'pending'), 0) as pending,
         coalesce(sum(count) filter (where state = 'queued'), 0) as queued,
         count(*) filter (where state = 'pending') as pending_alerts,
         count(*) filter (where state = 'queued') as queued_alerts, min(created_at) as oldest
       from ${schema}.alerts where state in ('pending', 'queued')
     ) w`,
  );
  return { ...(rows[0]?.tally ?? EMPTY), oldestPendingAt: rows[0]?.tally.oldestPendingAt ?? undefined };
}

const EMPTY: Omit<AlertTally, 'oldestPendingAt'> = {
  triggered: 0,
  delivered: 0,
  suppressed: 0,
  open: 0,
  pending: 0,
  queued: 0,
  dead: 0,
  repeated: 0,
  alerts: { pending: 0, queued: 0, delivered: 0, dead: 0 },
};
