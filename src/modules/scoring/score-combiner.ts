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
  /** ISO 3166-1 alpha-2 of the country that this provider has the address in; its card goes by no other's. */
  readonly countryCode: string | undefined;
  /** True when the provider could ask only a part of its own sources: `score` is a least one then. */
  readonly isPartial: boolean;
}

/** A provider's opinion in figures. */
export interface OpinionReport {
  readonly providerId: string;
  /** 0-100 on the provider's own scale. */
  readonly score: number;
  /** The provider's word for it. */
  readonly band: string;
  /** 0-100 on our scale. */
  readonly onOurScale: number;
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
 *
 * @param claimedCountry ISO 3166-1 alpha-2, upper case, of the country the caller states; each card compares its own.
 */
export function combineScores(
  own: Score,
  opinions: readonly ProviderOpinion[],
  combiner: ScoreCombiner,
  claimedCountry?: string,
): Score {
  if (opinions.length === 0) return own;
  const unified: Opinion = { by: 'unified', source: 'unified', score: own.score, detail: '' };
  // Before one speaks for its source: who is left out may not silence the others of it.
  const counted = opinions.filter(({ providerId }) => weightOf(providerId, combiner) > 0);
  const others = oneForEachSource(counted.map((opinion) => onOneScale(opinion, claimedCountry)));
  const score = corroborated(joined([unified, ...others], combiner), own);
  if (score === own.score) return own;
  const deciding = combiner.kind === 'max' ? others.filter((opinion) => opinion.score >= score) : others;
  const reason: RiskReason = Object.freeze({
    code: 'PROVIDER_SCORE',
    points: score - own.score,
    provider: deciding.map(({ by }) => by).join('+'),
    detail: `${combiner.kind} of our ${own.score} and ${deciding.map(({ detail }) => detail).join(', ')}`,
  });
  return { score, reasons: Object.freeze([...own.reasons, reason]) };
}

/** Reasons of ours that say more than that the sender is hidden. */
const CORROBORATING = new Set([
  'BLOCKLISTED',
  'ABUSIVE',
  'ABUSIVE_SHARED_ADDRESS',
  'BOT',
  'IMPOSSIBLE_TRAVEL',
  'IMPOSSIBLE_TRAVEL_TO_TRUSTED_COUNTRY',
  'DENIED_COUNTRY',
  'CLAIMED_COUNTRY_DIFFERS',
]);

/**
 * The highest score that a vendor's opinion alone makes: a challenge under the default policies. Vendors give 80 and more
 * to a mere VPN or Tor exit, which is no block here, and one that errs would lock everybody out. A policy may go by the
 * vendor's own card instead.
 */
const MOST_BY_OPINION_ALONE = 79;

function corroborated(score: number, own: Score): number {
  if (own.reasons.some(({ code }) => CORROBORATING.has(code))) return score;
  return Math.min(score, Math.max(own.score, MOST_BY_OPINION_ALONE));
}

/** The provider's own card alone, to the point. */
export function scoreOfProvider(opinion: ProviderOpinion, claimedCountry?: string): Score {
  const { providerId, score } = opinion;
  const isElsewhere = placesElsewhere(opinion, claimedCountry);
  const total = pointsOf(score, isElsewhere);
  const rows = isElsewhere ? [...score.rows, claimedRow(score)] : [...score.rows];
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

/** What the provider says of the address, on its own scale and on ours. */
export function opinionReport(opinion: ProviderOpinion, claimedCountry?: string): OpinionReport {
  const { providerId, score } = opinion;
  const points = pointsOf(score, placesElsewhere(opinion, claimedCountry));
  const { label } = bandOf(score.card, points);
  return { providerId, score: points, band: label, onOurScale: onOurScale(score.card, points) };
}

/** True where the caller states a country and the provider has the address in another. Unknown differs from nothing. */
export function placesElsewhere({ countryCode }: ProviderOpinion, claimedCountry: string | undefined): boolean {
  return claimedCountry !== undefined && countryCode !== undefined && claimedCountry !== countryCode;
}

function claimedRow({ card }: ProviderScore): ProviderScore['rows'][number] {
  return {
    code: 'CLAIMED_COUNTRY_DIFFERS',
    points: card.claimedCountryDiffers ?? 0,
    detail: 'the stated country is not the one this provider has the address in',
  };
}

function onOneScale(opinion: ProviderOpinion, claimedCountry: string | undefined): Opinion {
  const { providerId, score, band, onOurScale: ours } = opinionReport(opinion, claimedCountry);
  const detail = `${providerId}'s ${score} (${band}), here ${ours}`;
  return { by: providerId, source: opinion.source, score: ours, detail };
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
