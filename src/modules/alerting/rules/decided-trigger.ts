import { parseIpAddress } from '../../../common/ip/ip-address.js';
import { networkOf } from '../../geo-velocity/privacy/network-of.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import type { RiskDecision } from '../../policy/risk-decision.js';
import { travelSignals } from '../../policy/travel-signals.js';
import { NO_ALERT_FACTS, type AlertFacts, type AlertKind, type AlertSeverity, type AlertTrigger } from '../alert.js';
import type { AlertSettings } from '../alert-settings.js';
import { bandOf } from './decision-band.js';

/** A decision and what it was made by. A `DecisionEvent` is one. */
export interface DecidedRequest {
  readonly decision: RiskDecision;
  readonly policy: IpRiskPolicy;
  readonly route?: string | undefined;
}

export interface TriggerContext {
  /** Where the decision is on record, as far as that is known yet. */
  readonly decisionId: string | undefined;
  /** Milliseconds since 1970 at which it was made. */
  readonly at: number;
  readonly settings: AlertSettings;
}

/** The team's alert of a decision. */
export function decidedTrigger(
  kind: AlertKind,
  severity: AlertSeverity,
  decided: DecidedRequest,
  { at, settings, decisionId }: TriggerContext,
): AlertTrigger {
  const { assessment } = decided.decision;
  const address = parseIpAddress(assessment?.embeddedIp ?? assessment?.ip ?? '');
  return {
    kind,
    severity,
    audience: 'team',
    facts: factsOf(decided, decisionId, settings),
    prefix: address === undefined ? undefined : networkOf(address),
    count: 1,
    firstAt: at,
    lastAt: at,
  };
}

function factsOf(
  { decision, policy, route }: DecidedRequest,
  decisionId: string | undefined,
  { addressDays }: AlertSettings,
): AlertFacts {
  const { assessment, travel } = decision;
  return {
    ...NO_ALERT_FACTS,
    ip: addressDays > 0 ? assessment?.ip : undefined,
    score: decision.score,
    level: bandOf(decision, policy),
    reasons: decision.reasons,
    country: assessment?.location?.countryCode,
    city: assessment?.location?.city,
    asn: assessment?.network?.asn,
    user: decision.subject,
    route,
    policy: decision.policy.name,
    mode: decision.mode,
    action: decision.intendedAction,
    decisionId,
    detail: travelSignals(travel)?.detail,
  };
}
