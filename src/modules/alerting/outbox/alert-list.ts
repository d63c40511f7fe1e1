import { isoText } from '../../../common/clock/iso-text.js';
import type { Database } from '../../storage/database.js';
import type { PageCursor } from '../../../common/paging/page-cursor.js';
import type { Alert, AlertKind, AlertState } from '../alert.js';
import { ALERT_JSON, readStoredAlert, type AlertRow } from './stored-alert.js';

export interface AlertFilter {
  readonly state?: AlertState | undefined;
  readonly kind?: AlertKind | undefined;
  /** Whom alerts are about. */
  readonly user?: string | undefined;
  /** {@link AlertPage.next} of the page before. */
  readonly before?: PageCursor | undefined;
  /** Alerts in a page, 1 or more. */
  readonly limit: number;
}

export interface AlertPage {
  readonly alerts: readonly Alert[];
  /** Asks for the next page; `undefined` on the last one. */
  readonly next: PageCursor | undefined;
}

const ALERT_ID = /^[a-z][a-z0-9]{23}$/;

export const isAlertId = (text: string): boolean => ALERT_ID.test(text);

/** Newest first. @throws StorageError */
export async function listAlerts(database: Database, filter: AlertFilter): Promise<AlertPage> {
  const { state, kind, user, before, limit } = filter;
  const createdBefore = before === undefined ? null : isoText(before.at);
  const { rows } = await database.query<{ readonly alert: AlertRow }>(
    `select ${ALERT_JSON} as alert from ${database.schema}.alerts a
     where ($1::text is null or a.state = $1::text) and ($2::text is null or a.kind = $2::text)
       and ($3::text is null or a.user_id = $3::text)
       and ($4::timestamptz is null or (a.created_at, a.id) < ($4::timestamptz, $5::text collate "C"))
     order by a.created_at desc, a.id desc limit $6::integer`,
    [state ?? null, kind ?? null, user ?? null, createdBefore, before?.id ?? null, limit + 1],
  );
  const alerts = rows.slice(0, limit).map(({ alert }) => readStoredAlert(alert));
  const last = alerts.at(-1);
  return { alerts, next: rows.length > limit ? last && { at: last.createdAt, id: last.id } : undefined };
}

/** @throws StorageError */
export async function findAlert(database: Database, id: string): Promise<Alert | undefined> {
  if (!isAlertId(id)) return undefined;
  const { rows } = await database.query<{ readonly alert: AlertRow }>(
    `select ${ALERT_JSON} as alert from ${database.schema}.alerts a where a.id = $1::text`,
    [id],
  );
  return rows[0] && readStoredAlert(rows[0].alert);
}
