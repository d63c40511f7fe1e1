import type { MergedFact, MergedFacts } from '../providers/merged-intelligence.js';

/** What is known of the request beyond the address. `undefined` is unknown and never scores. */
export interface ContextSignals {
  /** The country the caller states differs from the one the address is in. */
  readonly claimedCountryDiffers: boolean | undefined;
  /** The policy denies the address's country. */
  readonly isDeniedCountry: boolean | undefined;
  /** What the user's logins say of this one; `undefined` where there is no user, or nothing is known of them. */
  readonly travel: TravelSignals | undefined;
}

/** A trip between two logins of one user. */
export interface TravelSignals {
  /** Nobody can have travelled as fast. */
  readonly isImpossible: boolean;
  /** Both logins are in known countries, and not the same. */
  readonly isCountryChanged: boolean;
  /** For the audit log: how far, in what time. */
  readonly detail: string;
  /** Why the trip counts for less, where it does. */
  readonly relief: TravelReliefSignal | undefined;
}

export interface TravelReliefSignal {
  /** `announced`: the user said so beforehand. `network`, `country`: the user passed a challenge there. */
  readonly kind: 'announced' | 'network' | 'country';
  /** For the audit log: where, until when. */
  readonly detail: string;
}

export const NO_CONTEXT: ContextSignals = {
  claimedCountryDiffers: undefined,
  isDeniedCountry: undefined,
  travel: undefined,
};

export interface ScoringInput {
  readonly facts: MergedFacts;
  readonly context: ContextSignals;
}

/** Why points were given. The points of all reasons add up to the score. */
export interface RiskReason {
  readonly code: string;
  readonly points: number;
  /** Ids of the providers it rests on, joined by `+`; `request` for what the request itself shows. */
  readonly provider: string;
  /** For the audit log. Never shown to a caller who is blocked. */
  readonly detail: string;
}

/** One row of a scorecard. */
export interface ScorecardRule {
  readonly code: string;
  /** Points when it applies; 0 for a row that only explains. */
  readonly points: number;
  /** The evidence that makes the row apply, or `undefined`. */
  readonly evidence: (input: ScoringInput) => ScoringEvidence | undefined;
}

export interface ScoringEvidence {
  readonly provider: string;
  readonly detail: string;
  /** 0–1. Half the points from {@link FULL_POINTS_FROM} down to {@link HALF_POINTS_FROM}, none below. @default 1 */
  readonly confidence?: number;
}

/** A named table of rules. */
export interface Scorecard {
  readonly name: string;
  readonly rules: readonly ScorecardRule[];
}

export interface Score {
  /** 0–100, a whole number; higher is riskier. */
  readonly score: number;
  readonly reasons: readonly RiskReason[];
}

const FULL_POINTS_FROM = 0.8;
const HALF_POINTS_FROM = 0.4;
const MAXIMUM = 100;

/** Applies every rule of the card. Pure; the same input gives the same score and reasons. */
export function scoreSignals(card: Scorecard, input: ScoringInput): Score {
  const reasons: RiskReason[] = [];
  let sum = 0;
  for (const rule of card.rules) {
    const evidence = rule.evidence(input);
    if (evidence === undefined) continue;
    const points = pointsFor(rule.points, evidence.confidence ?? 1);
    if (points === undefined) continue;
    sum += points;
    reasons.push(Object.freeze({ code: rule.code, points, provider: evidence.provider, detail: evidence.detail }));
  }
  if (sum > MAXIMUM) {
    const detail = `the rules give ${sum}, a score ends at ${MAXIMUM}`;
    reasons.push(Object.freeze({ code: 'SCORE_CAPPED', points: MAXIMUM - sum, provider: card.name, detail }));
  }
  return { score: Math.min(sum, MAXIMUM), reasons: Object.freeze(reasons) };
}

function pointsFor(points: number, confidence: number): number | undefined {
  if (confidence >= FULL_POINTS_FROM) return points;
  return confidence >= HALF_POINTS_FROM ? Math.round(points / 2) : undefined;
}

/** The evidence of a fact that is true; unknown and false give none. */
export function evidenceOf(fact: MergedFact | undefined): ScoringEvidence | undefined {
  if (fact?.value !== true) return undefined;
  const winning = fact.claims.filter(({ value }) => value);
  return {
    provider: winning.map(({ providerId }) => providerId).join('+'),
    detail: winning.map(({ evidence }) => evidence).join(', '),
    confidence: fact.confidence,
  };
}

/** True for a fact that is true and sure enough for full points. Only such a fact decides something by itself. */
export function isCertain(fact: MergedFact | undefined): boolean {
  return fact?.value === true && fact.confidence >= FULL_POINTS_FROM;
}
