import type { LoggedDecision } from '../../decisions/reading/logged-decision.js';
import { isoInstant } from '../instant.js';

/** A decision on record as lists show it, in snake_case JSON; unknown is `null`. */
export function toDecisionSummary(logged: LoggedDecision): Record<string, unknown> {
  return {
    id: logged.id,
    at: isoInstant(logged.at),
    last_at: isoInstant(logged.lastAt),
    count: logged.count,
    route: logged.route,
    policy: logged.policy.name,
    policy_digest: logged.policy.digest,
    mode: logged.mode,
    action: logged.action,
    intended_action: logged.intendedAction,
    cause: logged.cause,
    score: logged.score ?? null,
    level: logged.level ?? null,
    reasons: logged.reasons,
    failed_open: logged.failedOpen,
    failed_closed: logged.failedClosed,
    require_mfa: logged.requireMfa,
    degraded: logged.degraded,
    user_id: logged.subject ?? null,
    ip_address: logged.ip ?? null,
    country: logged.country ?? null,
    asn: logged.asn ?? null,
    travel_status: logged.travelStatus ?? null,
    latency_ms: { mean: Math.round(logged.latencySumMs / logged.count), most: logged.latencyMaxMs },
    summary: logged.isSummary,
    confirmed: logged.isConfirmed,
  };
}
