import type { Fact } from './ip-intelligence.js';
import type { ProviderScore, ProviderScorecard } from './provider-score.js';
import { statement } from './statement.js';

// IPQualityScore's `fraud_score` and flags. Beltic resells them word for word, so both folders read them by this one file.

/** The two vendors are one voice. */
export const FRAUD_SCORE_SOURCE = 'ipqualityscore';

/** IPQualityScore's own bands, which Beltic repeats: both flag or block from 90. */
export const FRAUD_SCORECARD: ProviderScorecard = Object.freeze({
  bands: Object.freeze([
    { from: 0, label: 'not suspicious', action: 'allow' },
    { from: 75, label: 'suspicious', action: 'monitor' },
    { from: 85, label: 'high risk', action: 'challenge' },
    { from: 90, label: 'frequent abusive behaviour', action: 'block' },
  ] as const),
});

/** A flag with its stricter sister: `vpn` is "suspected, or was there", `active_vpn` is "answers now". */
export interface Suspicion {
  readonly isSuspected: boolean | undefined;
  readonly isActive: boolean | undefined;
}

/** "Can become active at any time" is less than "is". */
const SUSPICION_CONFIDENCE = 0.6;

/** The vendor's score as the only row. Rounded down: 89.9 has not reached 90. @param fraudScore 0-100 */
export function fraudScoreOf(fraudScore: number | undefined): ProviderScore | undefined {
  if (fraudScore === undefined) return undefined;
  const row = { code: 'FRAUD_SCORE', points: Math.floor(fraudScore), detail: `fraud_score ${fraudScore}` };
  return { card: FRAUD_SCORECARD, rows: [row] };
}

/** @param name of the flag: `vpn` or `tor` */
export function suspicionFact({ isActive, isSuspected }: Suspicion, name: string): Fact | undefined {
  if (isActive === true) return statement(true, `active_${name}`);
  return statement(isSuspected, name, { confidence: SUSPICION_CONFIDENCE });
}

/** `proxy` is true of every VPN and Tor exit as well: it means a proxy only where both are ruled out in so many words. */
export function publicProxyFact(isProxy: boolean | undefined, vpn: Suspicion, tor: Suspicion): Fact | undefined {
  const isNeither = [vpn, tor].every(({ isSuspected, isActive }) => isSuspected === false && isActive !== true);
  return isProxy === true && !isNeither ? undefined : statement(isProxy, 'proxy');
}
