import type { ProviderScorecard } from '../provider-score.js';

/** `fraud_score` by IPQualityScore's own bands, which Beltic repeats. */
export const IPQUALITYSCORE_SCORECARD: ProviderScorecard = Object.freeze({
  bands: Object.freeze([
    { from: 0, label: 'not suspicious', action: 'allow' },
    { from: 75, label: 'suspicious', action: 'monitor' },
    { from: 85, label: 'high risk', action: 'challenge' },
    { from: 90, label: 'frequent abusive behaviour', action: 'block' },
  ] as const),
});
