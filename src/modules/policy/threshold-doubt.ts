import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { SCORECARDS } from '../scoring/scorecards.js';
import type { IpRiskPolicy, RiskThresholds } from './ip-risk-policy.js';

/** Points around a threshold within which a score from offline data alone is not decided on. */
export const DEFAULT_ESCALATION_BAND = 10;

/** True for a score so near to a threshold that a vendor's word could change what is done. {@link NEVER} is near to none. */
export function isNearThreshold(score: number, thresholds: RiskThresholds, band: number): boolean {
  return Object.values(thresholds).some((threshold: number) => threshold <= 100 && Math.abs(score - threshold) <= band);
}

/** True for an assessment from offline data alone that a vendor's word could turn, or that lacks the word that decides. */
export function leavesDoubt(
  assessment: RiskAssessment,
  { thresholds, scorecard }: Pick<IpRiskPolicy, 'thresholds' | 'scorecard'>,
  band: number,
): boolean {
  if (assessment.askedVendors || assessment.status === 'not-applicable') return false;
  // A vendor's card: offline data says nothing on it.
  if (!Object.hasOwn(SCORECARDS, scorecard)) return true;
  return assessment.status === 'unavailable' || isNearThreshold(assessment.score, thresholds, band);
}
