import type { RiskAssessment, ScoredAssessment, UnavailableAssessment } from '../assessment/risk-assessment.js';
import type { TravelReport } from '../geo-velocity/geo-velocity.js';
import { combineScores, placesElsewhere, scoreOfProvider, type ProviderOpinion } from '../scoring/score-combiner.js';
import {
  isCertain,
  NO_CONTEXT,
  scoreSignals,
  type ContextSignals,
  type Score,
  type RiskReason,
} from '../scoring/scorecard.js';
import { DEFAULT_SCORECARD, SCORECARDS } from '../scoring/scorecards.js';
import { BLOCKABLE_FACTS, takesStandIns, type BlockableFact, type IpRiskPolicy } from './ip-risk-policy.js';
import { isHeld, travelSignals } from './travel-signals.js';
import type { DigestedPolicy } from './policy-digest.js';
import type { DecisionCause, RiskAction, RiskDecision } from './risk-decision.js';

/** What the request adds to the assessment of its address. */
export interface RequestContext {
  /** ISO 3166-1 alpha-2 of the country the caller states. */
  readonly claimedCountry?: string | undefined;
  readonly subject?: string | undefined;
  /** What the subject's logins say of this one; `unavailable` where that was asked and not answered in time. */
  readonly travel?: TravelReport | 'unavailable' | undefined;
}

export const NO_REQUEST_CONTEXT: RequestContext = {};

interface Ruling {
  readonly action: RiskAction;
  readonly cause: DecisionCause;
  readonly score: number | undefined;
  readonly reasons: readonly RiskReason[];
  readonly degraded: readonly string[];
}

const NONE: readonly never[] = Object.freeze([]);

const COUNTRY_CODE = /^[A-Za-z]{2}$/;

/** What to do with a request from an assessed address. Pure. */
export function decide(assessment: RiskAssessment, digested: DigestedPolicy, context: RequestContext): RiskDecision {
  return toDecision(rule(assessment, digested.policy, context), digested, context, assessment);
}

/** What to do with a request whose sender is not known: the same as without a verdict, never "private, so allow". */
export function decideUnknownClient(
  digested: DigestedPolicy,
  context: RequestContext,
  assessment?: RiskAssessment,
): RiskDecision {
  const ruling = withoutVerdict(digested.policy, 'client-ip-unknown', ['client-ip']);
  return toDecision(ruling, digested, context, assessment);
}

/** A request that the route's own `skipIf` lets through unassessed. */
export function decideSkipped(digested: DigestedPolicy): RiskDecision {
  const ruling: Ruling = { action: 'allow', cause: 'skipped', score: undefined, reasons: NONE, degraded: NONE };
  return toDecision(ruling, digested, NO_REQUEST_CONTEXT, undefined);
}

/** What is missing of a decision that is not on record. */
export const RECORD_MISSING = 'decision-log';

/**
 * What becomes of a decision that could not be put on record in time where nothing may happen without. As with any
 * missing part: a policy that takes lesser verdicts goes on, another has none, and what is stricter than that holds.
 */
export function decideUnrecorded(decision: RiskDecision, digested: DigestedPolicy): RiskDecision {
  const { policy } = digested;
  const { intendedAction, cause, score, reasons, assessment } = decision;
  const degraded = [...decision.degraded, RECORD_MISSING];
  const ruling: Ruling = { action: intendedAction, cause, score, reasons, degraded };
  const withoutIt = withoutVerdict(policy, 'unavailable', degraded);
  const holds = takesStandIns(policy) || intendedAction === 'block' || isStricter(intendedAction, withoutIt.action);
  return toDecision(holds ? ruling : withoutIt, digested, decision, assessment);
}

/** Whoever has reported his account stolen is let in nowhere, whatever the address says; a block stays what it is. */
function rule(assessment: RiskAssessment, policy: IpRiskPolicy, context: RequestContext): Ruling {
  const ruling = ruleOnAddress(assessment, policy, context);
  if (!isHeld(context.travel) || ruling.action === 'block') return ruling;
  return { ...ruling, action: 'review', cause: 'account-held' };
}

function ruleOnAddress(assessment: RiskAssessment, policy: IpRiskPolicy, context: RequestContext): Ruling {
  switch (assessment.status) {
    case 'not-applicable':
      return assessment.specialPurpose.scope === 'internal'
        ? { action: 'allow', cause: 'not-applicable', score: undefined, reasons: NONE, degraded: NONE }
        : withoutVerdict(policy, 'client-ip-unknown', ['client-ip']);
    case 'unavailable':
      return ruleOnWhatIsKnown(assessment, policy, context);
    case 'complete':
    case 'degraded':
      return isWhole(assessment, context) || takesStandIns(policy)
        ? ruleOnScore(assessment, policy, context)
        : ruleOnRefused(assessment, policy, context);
  }
}

/** True where nothing was asked that is not answered, but for vendors whose answers the quorum does without. */
function isWhole({ standsIn }: ScoredAssessment, { travel }: RequestContext): boolean {
  return standsIn === undefined && travel !== 'unavailable';
}

/**
 * A verdict that the policy does not take in the place of a current one opens nothing; where it is stricter it holds. So
 * does one that lacks the user's travel, which could only have added points.
 */
function ruleOnRefused(assessment: ScoredAssessment, policy: IpRiskPolicy, context: RequestContext): Ruling {
  const ruling = ruleOnScore(assessment, policy, context);
  const withoutIt = withoutVerdict(policy, 'unavailable', ruling.degraded);
  return ruling.action === 'block' || isStricter(ruling.action, withoutIt.action) ? ruling : withoutIt;
}

const BY_STRICTNESS: readonly RiskAction[] = ['allow', 'monitor', 'challenge', 'review', 'block'];

function isStricter(action: RiskAction, than: RiskAction): boolean {
  return BY_STRICTNESS.indexOf(action) > BY_STRICTNESS.indexOf(than);
}

function withoutVerdict(
  { onUnavailable }: IpRiskPolicy,
  cause: 'unavailable' | 'client-ip-unknown',
  degraded: readonly string[],
): Ruling {
  return {
    action: onUnavailable === 'hold' ? 'review' : onUnavailable,
    cause,
    score: undefined,
    reasons: NONE,
    degraded,
  };
}

/** The policy goes by a card that makes no score of this assessment. */
function withoutCard(assessment: ScoredAssessment, policy: IpRiskPolicy): Ruling {
  return withoutVerdict(policy, 'unavailable', withStandIn([policy.scorecard], assessment));
}

/** What is missing of a decision, whatever it is missing of. */
export const TRAVEL_MISSING = 'geo-velocity';

/** Providers that did not answer, or not in full, why the verdict stands in for a current one, and travel not known. */
function missingParts(assessment: RiskAssessment, { travel }: RequestContext): readonly string[] {
  const { failures, partialProviders } = assessment;
  const providers =
    failures.length === 0 ? partialProviders : [...failures.map(({ providerId }) => providerId), ...partialProviders];
  const parts = withStandIn(providers, assessment);
  return travel === 'unavailable' ? [...parts, TRAVEL_MISSING] : parts;
}

function withStandIn(missing: readonly string[], { standsIn }: RiskAssessment): readonly string[] {
  return standsIn === undefined ? missing : [...missing, standsIn];
}

/**
 * Too few providers answered, but what some of them are certain of stays true: an outage may not let through whom the
 * policy blocks by that alone. Everything else is for the fail mode.
 */
function ruleOnWhatIsKnown(assessment: UnavailableAssessment, policy: IpRiskPolicy, context: RequestContext): Ruling {
  const degraded = missingParts(assessment, context);
  const signals = contextSignals(assessment, policy, context, statedCountry(context));
  const own = scoreSignals(DEFAULT_SCORECARD, { facts: assessment.facts, context: signals });
  const isEnough = policy.scorecard === DEFAULT_SCORECARD.name && own.score >= policy.thresholds.block;
  const cause = certainBlock(assessment, policy, signals) ?? (isEnough ? 'score' : undefined);
  if (cause === undefined) return withoutVerdict(policy, 'unavailable', degraded);
  return { action: 'block', cause, ...pointsIn(own), degraded };
}

function ruleOnScore(assessment: ScoredAssessment, policy: IpRiskPolicy, context: RequestContext): Ruling {
  const stated = statedCountry(context);
  const signals = contextSignals(assessment, policy, context, stated);
  const opinion = decidingOpinion(assessment, policy);
  const scored =
    opinion === undefined ? ownScore(assessment, policy, signals, stated) : scoreOfProvider(opinion, stated);
  const certain = certainBlock(assessment, policy, signals);
  const degraded = missingParts(assessment, context);
  if (certain !== undefined) return { action: 'block', cause: certain, ...pointsIn(scored ?? assessment), degraded };
  // The policy goes by the card of one provider, and that provider has given no score.
  if (scored === undefined) return withoutCard(assessment, policy);
  const { score, reasons } = scored;
  // A broken score compares false with every threshold, which would mean "allow"; it is no verdict instead.
  if (!(score >= 0 && score <= 100)) return withoutCard(assessment, policy);
  const action = actionFor(score, policy);
  // What a provider did not get to ask can only add points: a score that stops the request does, any other is not known.
  if (opinion?.isPartial === true && (action === 'allow' || action === 'monitor')) {
    return withoutCard(assessment, policy);
  }
  const isGeographic = action === 'block' && signals.isDeniedCountry === true;
  return { action, cause: isGeographic ? 'denied-country' : 'score', score, reasons, degraded };
}

/** What a relay, which is none of them, looks like to those who do not know it. */
const LOOKS_OF_A_RELAY: readonly BlockableFact[] = ['vpn', 'proxy', 'residential-proxy', 'hosting'];

/** What the policy blocks by itself, whatever the score; `undefined` where there is nothing of it. */
function certainBlock(
  { facts }: ScoredAssessment | UnavailableAssessment,
  { blockOn, onDeniedCountry }: IpRiskPolicy,
  { isDeniedCountry }: ContextSignals,
): 'denied-country' | 'fact' | undefined {
  if (isDeniedCountry === true && onDeniedCountry === 'block') return 'denied-country';
  const isRelay = isCertain(facts.isRelay);
  const isBlocked = (fact: BlockableFact): boolean =>
    isCertain(facts[BLOCKABLE_FACTS[fact]]) && !(isRelay && LOOKS_OF_A_RELAY.includes(fact));
  return blockOn.some(isBlocked) ? 'fact' : undefined;
}

function pointsIn({ score, reasons }: Score): Pick<Ruling, 'score' | 'reasons'> {
  return { score, reasons };
}

function actionFor(score: number, { thresholds }: IpRiskPolicy): RiskAction {
  if (score >= thresholds.block) return 'block';
  if (score >= thresholds.challenge) return 'challenge';
  return score >= thresholds.monitor ? 'monitor' : 'allow';
}

/** Anything but a country code, such as '' or 'Germany', states nothing that could differ. */
function statedCountry({ claimedCountry }: RequestContext): string | undefined {
  return claimedCountry !== undefined && COUNTRY_CODE.test(claimedCountry) ? claimedCountry.toUpperCase() : undefined;
}

function contextSignals(
  { location }: ScoredAssessment | UnavailableAssessment,
  { deniedCountries, allowedCountries }: IpRiskPolicy,
  context: RequestContext,
  stated: string | undefined,
): ContextSignals {
  const travel = travelSignals(context.travel);
  const country = location?.countryCode;
  const hasNoRule = deniedCountries.length === 0 && allowedCountries.length === 0;
  if (country === undefined || (hasNoRule && stated === undefined)) {
    return travel === undefined ? NO_CONTEXT : { ...NO_CONTEXT, travel };
  }
  return {
    claimedCountryDiffers: stated === undefined ? undefined : stated !== country,
    isDeniedCountry:
      deniedCountries.includes(country) || (allowedCountries.length > 0 && !allowedCountries.includes(country)),
    travel,
  };
}

/** The opinion that decides alone, where the policy goes by a provider's card and that provider has given a score. */
function decidingOpinion({ opinions }: ScoredAssessment, { scorecard }: IpRiskPolicy): ProviderOpinion | undefined {
  if (Object.hasOwn(SCORECARDS, scorecard)) return undefined;
  return opinions.find(({ providerId }) => providerId === scorecard);
}

/** The score by a card of ours; `undefined` where the policy goes by none. */
function ownScore(
  assessment: ScoredAssessment,
  { scorecard }: IpRiskPolicy,
  context: ContextSignals,
  stated: string | undefined,
): Score | undefined {
  const { facts, opinions, combiner } = assessment;
  if (scorecard === DEFAULT_SCORECARD.name) {
    const isElsewhere =
      stated !== undefined &&
      (context.claimedCountryDiffers === true || opinions.some((opinion) => placesElsewhere(opinion, stated)));
    if (!isElsewhere && context.isDeniedCountry !== true && context.travel === undefined) return assessment;
    return combineScores(scoreSignals(DEFAULT_SCORECARD, { facts, context }), opinions, combiner, stated);
  }
  const card = Object.hasOwn(SCORECARDS, scorecard) ? SCORECARDS[scorecard] : undefined;
  return card === undefined ? undefined : scoreSignals(card, { facts, context });
}

function toDecision(
  { action: intendedAction, cause, score, reasons, degraded }: Ruling,
  { policy, reference }: DigestedPolicy,
  { subject, travel }: RequestContext,
  assessment: RiskAssessment | undefined,
): RiskDecision {
  const isLive = policy.mode === 'live';
  const action = isLive || intendedAction === 'allow' ? intendedAction : 'monitor';
  const isWithoutVerdict = cause === 'unavailable' || cause === 'client-ip-unknown';
  // Listeners and handlers see it before and after it is enforced; none of them may change it.
  return Object.freeze({
    action,
    intendedAction,
    cause,
    score,
    reasons,
    failedOpen: isWithoutVerdict && (action === 'allow' || action === 'monitor'),
    failedClosed: isWithoutVerdict && (action === 'block' || action === 'review'),
    requireMfa: action === 'challenge',
    degraded: Object.freeze(degraded),
    policy: reference,
    mode: policy.mode,
    onChallenge: policy.onChallenge,
    subject,
    travel: travel === 'unavailable' ? undefined : travel,
    assessment,
  });
}
