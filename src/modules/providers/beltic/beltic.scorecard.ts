import type { ProviderScore, ProviderScorecard } from '../provider-score.js';

/** The bands of Beltic's documentation, which flags or blocks from 90. */
export const BELTIC_SCORECARD: ProviderScorecard = {
  bands: [
    { from: 0, label: 'not suspicious', action: 'allow' },
    { from: 75, label: 'suspicious', action: 'monitor' },
    { from: 85, label: 'high risk', action: 'challenge' },
    { from: 90, label: 'frequent abusive behaviour', action: 'block' },
  ],
};

/** Beltic's own score as the only row. Rounded down: 89.9 has not reached 90. */
export function belticScore(fraudScore: number): ProviderScore {
  const row = { code: 'FRAUD_SCORE', points: Math.floor(fraudScore), detail: `fraud_score ${fraudScore}` };
  return { card: BELTIC_SCORECARD, rows: [row] };
}
