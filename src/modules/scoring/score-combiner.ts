import { bandOf, onOurScale, pointsOf, type ProviderScore } from '../providers/provider-score.js';
import type { RiskReason, Score } from './scorecard.js';

/** `max`: the highest opinion. `mean`: their average. `weighted`: their average by weight. */
export const SCORE_COMBINERS = ['max', 'mean', 'weighted'] as const;

/** How the `unified` card and the providers' own scores become one score. */
export interface ScoreCombiner {
  readonly kind: (typeof SCORE_COMBINERS)[number];
  /** For `weighted`: provider ids, and `unified` for our own card. Who is not named weighs 1; 0 leaves an opinion out. */
  readonly weights: Readonly<Record<string, number>>;
}

export const DEFAULT_COMBINER: ScoreCombiner = { kind: 'max', weights: {} };

/** One provider's score of the address, on the provider's own scale. */
export interface ProviderOpinion {
  readonly providerId: string;
  /** Opinions from one source are one opinion. */
  readonly source: string;
  readonly score: ProviderScore;
}

interface Opinion {
  readonly by: string;
  readonly source: string;
  readonly score: number;
  readonly detail: string;
}

/**
 * Joins our own score and the providers'. The reasons stay those of our card, and one more row says what the providers'
 * opinions made of it, so that the points of all reasons still add up to the score. Pure.
 */
export function combineScores(
  own: Score,
  opinions: readonly ProviderOpinion[],
  combiner: ScoreCombiner,
  claimedCountryDiffers = false,
): Score {
  if (opinions.length === 0) return own;
  const unified: Opinion = { by: 'unified', source: 'unified', score: own.score, detail: '' };
  // Before one speaks for its source: who is left out may not silence the others of it.
  const counted = opinions.filter(({ providerId }) => weightOf(providerId, combiner) > 0);
  const others = oneForEachSource(counted.map((opinion) => onOneScale(opinion, claimedCountryDiffers)));
  const score = joined([unified, ...others], combiner);
  if (score === own.score) return own;
  const deciding = combiner.kind === 'max' ? others.filter((opinion) => opinion.score === score) : others;
  const reason: RiskReason = Object.freeze({
    code: 'PROVIDER_SCORE',
    points: score - own.score,
    provider: deciding.map(({ by }) => by).join('+'),
    detail: `${combiner.kind} of our ${own.score} and ${deciding.map(({ detail }) => detail).join(', ')}`,
  });
  return { score, reasons: Object.freeze([...own.reasons, reason]) };
}

/** The provider's own card alone, to the point. */
export function scoreOfProvider({ providerId, score }: ProviderOpinion, claimedCountryDiffers = false): Score {
  const total = pointsOf(score, claimedCountryDiffers);
  const rows = claimedCountryDiffers ? [...score.rows, claimedRow(score)] : [...score.rows];
  const reasons: RiskReason[] = rows
    .filter(({ points }) => points !== 0)
    .map(({ code, points, detail }) => ({ code, points, provider: providerId, detail }));
  const sum = reasons.reduce((points, reason) => points + reason.points, 0);
  if (sum !== total) {
    const detail = `the rules give ${sum}, a score is 0-100`;
    reasons.push({ code: 'SCORE_CAPPED', points: total - sum, provider: providerId, detail });
  }
  return { score: total, reasons: Object.freeze(reasons.map((reason) => Object.freeze(reason))) };
}

function claimedRow({ card }: ProviderScore): ProviderScore['rows'][number] {
  return {
    code: 'CLAIMED_COUNTRY_DIFFERS',
    points: card.claimedCountryDiffers ?? 0,
    detail: 'the stated country is not the country of the address',
  };
}

function onOneScale({ providerId, source, score }: ProviderOpinion, claimedCountryDiffers: boolean): Opinion {
  const points = pointsOf(score, claimedCountryDiffers);
  const { label } = bandOf(score.card, points);
  const ours = onOurScale(score.card, points);
  return { by: providerId, source, score: ours, detail: `${providerId}'s ${points} (${label}), here ${ours}` };
}

/** The highest of the opinions that repeat each other. */
function oneForEachSource(opinions: readonly Opinion[]): Opinion[] {
  const bySource = new Map<string, Opinion>();
  for (const opinion of opinions) {
    const known = bySource.get(opinion.source);
    if (known === undefined || opinion.score > known.score) bySource.set(opinion.source, opinion);
  }
  return [...bySource.values()];
}

function weightOf(by: string, { kind, weights }: ScoreCombiner): number {
  return kind === 'weighted' && Object.hasOwn(weights, by) ? (weights[by] ?? 1) : 1;
}

function joined(opinions: readonly Opinion[], combiner: ScoreCombiner): number {
  if (combiner.kind === 'max') return Math.max(...opinions.map(({ score }) => score));
  let sum = 0;
  let total = 0;
  for (const { by, score } of opinions) {
    const weight = weightOf(by, combiner);
    sum += weight * score;
    total += weight;
  }
  // Every opinion left out leaves ours.
  return total > 0 ? Math.round(sum / total) : (opinions[0]?.score ?? 0);
}
