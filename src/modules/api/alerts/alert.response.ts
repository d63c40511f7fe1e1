import type { Alert, AlertFacts } from '../../alerting/alert.js';
import { isoInstant } from '../instant.js';

/** An alert in snake_case JSON; unknown is `null`. No pseudonym of any address is in it. */
export function toAlertResponse(alert: Alert): Record<string, unknown> {
  return {
    id: alert.id,
    kind: alert.kind,
    severity: alert.severity,
    audience: alert.audience,
    state: alert.state,
    count: alert.count,
    suppressed: alert.suppressed,
    digest: alert.isDigest,
    first_at: isoInstant(alert.firstAt),
    last_at: isoInstant(alert.lastAt),
    created_at: isoInstant(alert.createdAt),
    attempts: alert.attempts,
    next_attempt_at: isoInstant(alert.nextAttemptAt),
    delivered_at: isoInstant(alert.deliveredAt),
    last_failure: alert.lastFailure ?? null,
    ...toFactsResponse(alert.facts),
  };
}

function toFactsResponse(facts: AlertFacts): Record<string, unknown> {
  return {
    user_id: facts.user ?? null,
    ip_address: facts.ip ?? null,
    score: facts.score ?? null,
    level: facts.level ?? null,
    reasons: facts.reasons,
    country: facts.country ?? null,
    city: facts.city ?? null,
    asn: facts.asn ?? null,
    route: facts.route ?? null,
    policy: facts.policy ?? null,
    mode: facts.mode ?? null,
    action: facts.action ?? null,
    decision_id: facts.decisionId ?? null,
    provider: facts.provider ?? null,
    detail: facts.detail ?? null,
  };
}
