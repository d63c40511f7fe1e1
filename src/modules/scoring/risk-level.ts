/** Lowest first. */
export const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** The bands of the APIVerve card: 25, 50 and 80. @throws RangeError for anything but 0–100, so that no level is made of NaN. */
export function riskLevelOf(score: number): RiskLevel {
  if (!(score >= 0 && score <= 100)) throw new RangeError(`A score is 0-100, not ${score}.`);
  if (score >= 80) return 'critical';
  if (score >= 50) return 'high';
  return score >= 25 ? 'medium' : 'low';
}
