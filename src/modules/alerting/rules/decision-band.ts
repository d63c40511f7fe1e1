import { ALERT_SEVERITIES, type AlertSeverity } from '../alert.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import type { RiskDecision } from '../../policy/risk-decision.js';

/**
 * The band of a decision under its policy, also where that is on trial (`dry-run`): by its score, and never below what
 * blocked by itself. `undefined` where the decision is not about the address, or has no score.
 */
export function bandOf({ cause, score }: RiskDecision, { thresholds }: IpRiskPolicy): AlertSeverity | undefined {
  switch (cause) {
    case 'fact':
      return 'critical';
    case 'denied-country':
      return worstOf('high', bandOfScore(score, thresholds) ?? 'low');
    case 'score':
      return bandOfScore(score, thresholds);
    default:
      return undefined;
  }
}

/** The more severe of the two. */
export function worstOf(one: AlertSeverity, other: AlertSeverity): AlertSeverity {
  return isAtLeast(one, other) ? one : other;
}

export function isAtLeast(severity: AlertSeverity, least: AlertSeverity): boolean {
  return ALERT_SEVERITIES.indexOf(severity) >= ALERT_SEVERITIES.indexOf(least);
}

function bandOfScore(score: number | undefined, thresholds: IpRiskPolicy['thresholds']): AlertSeverity | undefined {
  // A broken score compares false with every threshold, which would mean "low".
  if (score === undefined || !(score >= 0 && score <= 100)) return undefined;
  if (score >= thresholds.block) return 'critical';
  if (score >= thresholds.challenge) return 'high';
  return score >= thresholds.monitor ? 'medium' : 'low';
}
