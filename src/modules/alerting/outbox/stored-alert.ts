import { millisOf } from '../../storage/millis-of.js';
import {
  ALERT_SEVERITIES,
  NO_ALERT_FACTS,
  type Alert,
  type AlertAudience,
  type AlertFacts,
  type AlertKind,
  type AlertState,
} from '../alert.js';

/** A row of `alerts a` as JSON, so that numbers are numbers; {@link readStoredAlert} reads it. */
export const ALERT_JSON = `json_build_object('id', a.id, 'kind', a.kind, 'severity', a.severity, 'audience', a.audience,
  'count', a.count, 'suppressed', a.suppressed, 'isDigest', a.is_digest, 'firstAt', ${millisOf('a.first_at')},
  'lastAt', ${millisOf('a.last_at')}, 'createdAt', ${millisOf('a.created_at')}, 'facts', a.facts, 'state', a.state,
  'attempts', a.attempts, 'keyGeneration', a.key_generation, 'nextAttemptAt', ${millisOf('a.next_attempt_at')},
  'deliveredAt', ${millisOf('a.delivered_at')}, 'lastFailure', a.last_failure)`;

export interface AlertRow {
  readonly id: string;
  readonly kind: AlertKind;
  readonly severity: number;
  readonly audience: AlertAudience;
  readonly count: number;
  readonly suppressed: number;
  readonly isDigest: boolean;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly createdAt: number;
  readonly facts: Partial<AlertFacts>;
  readonly state: AlertState;
  readonly attempts: number;
  readonly keyGeneration: number;
  readonly nextAttemptAt: number | null;
  readonly deliveredAt: number | null;
  readonly lastFailure: string | null;
}

export function readStoredAlert(row: AlertRow): Alert {
  return {
    ...row,
    severity: ALERT_SEVERITIES[row.severity] ?? 'critical',
    facts: { ...NO_ALERT_FACTS, ...row.facts },
    nextAttemptAt: row.nextAttemptAt ?? undefined,
    deliveredAt: row.deliveredAt ?? undefined,
    lastFailure: row.lastFailure ?? undefined,
  };
}
