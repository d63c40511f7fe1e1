import {
  ALERT_SEVERITIES,
  type Alert,
  type AlertAudience,
  type AlertFacts,
  type AlertKind,
  type AlertState,
} from '../alert.js';

/** A row of `alerts a` as JSON, so that numbers are numbers; {@link readStoredAlert} reads it. */
export const ALERT_JSON = `json_build_object('id', a.id, 'kind', a.kind, 'severity', a.severity, 'audience', a.audience,
  'count', a.count, 'suppressed', a.suppressed, 'isDigest', a.is_digest, 'firstAt', ${millis('first_at')},
  'lastAt', ${millis('last_at')}, 'createdAt', ${millis('created_at')}, 'facts', a.facts, 'state', a.state,
  'attempts', a.attempts, 'keyGeneration', a.key_generation, 'nextAttemptAt', ${millis('next_attempt_at')},
  'deliveredAt', ${millis('delivered_at')}, 'lastFailure', a.last_failure)`;

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
    facts: { ...NO_FACTS, ...row.facts },
    nextAttemptAt: row.nextAttemptAt ?? undefined,
    deliveredAt: row.deliveredAt ?? undefined,
    lastFailure: row.lastFailure ?? undefined,
  };
}

/** Facts of which nothing is known; what is not known is not stored. */
export const NO_FACTS: AlertFacts = {
  ip: undefined,
  score: undefined,
  level: undefined,
  reasons: [],
  country: undefined,
  city: undefined,
  asn: undefined,
  user: undefined,
  route: undefined,
  policy: undefined,
  mode: undefined,
  action: undefined,
  decisionId: undefined,
  provider: undefined,
  detail: undefined,
  trustNetwork: undefined,
};

function millis(column: string): string {
  return `round(date_part('epoch', a.${column}) * 1000)`;
}
