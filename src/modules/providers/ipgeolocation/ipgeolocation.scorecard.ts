import { numberIn, type JsonRecord } from '../../../common/json/json-fields.js';
import type { ProviderScore, ProviderScorecard } from '../provider-score.js';

/** 0–19 allow, 20–44 log and flag, 45–79 force MFA, 80–100 block. */
export const IPGEOLOCATION_SCORECARD: ProviderScorecard = {
  bands: [
    { from: 0, label: 'allow', action: 'allow' },
    { from: 20, label: 'log and flag', action: 'monitor' },
    { from: 45, label: 'force MFA', action: 'challenge' },
    { from: 80, label: 'block', action: 'block' },
  ],
};

/** The vendor's `threat_score` as it gives it; `undefined` when it is no number from 0 to 100. */
export function ipgeolocationScore(security: JsonRecord): ProviderScore | undefined {
  const threatScore = numberIn(security, 'threat_score', 0, 100);
  if (threatScore === undefined) return undefined;
  const points = Math.floor(threatScore);
  return {
    card: IPGEOLOCATION_SCORECARD,
    rows: [{ code: 'THREAT_SCORE', points, detail: `threat_score ${points} of 100` }],
  };
}
