import type { RiskAssessment, ScoredAssessment } from '../assessment/risk-assessment.js';
import { combineScores, scoreOfProvider } from '../scoring/score-combiner.js';
import {
  isCertain,
  NO_CONTEXT,
  scoreSignals,
  type ContextSignals,
  type Score,
  type RiskReason,
} from '../scoring/scorecard.js';
import { DEFAULT_SCORECARD, SCORECARDS } from '../scoring/scorecards.js';
import { BLOCKABLE_FACTS, type IpRiskPolicy } from './ip-risk-policy.js';
import type { DigestedPolicy } from './policy-digest.js';
import type { DecisionCause, RiskAction, RiskDecision } from './risk-decision.js';

/** What the request adds to the assessment of its address. */
export interface RequestContext {
  /** ISO 3166-1 alpha-2 of the country the caller states. */
  readonly claimedCountry?: string | undefined;
  readonly subject?: string | undefined;
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

function rule(assessment: RiskAssessment, policy: IpRiskPolicy, context: RequestContext): Ruling {
  switch (assessment.status) {
    case 'not-applicable':
      return assessment.specialPurpose.scope === 'internal'
        ? { action: 'allow', cause: 'not-applicable', score: undefined, reasons: NONE, degraded: NONE }
        : withoutVerdict(policy, 'client-ip-unknown', ['client-ip']);
    case 'unavailable':
      return withoutVerdict(policy, 'unavailable', failedProviders(assessment));
    case 'complete':
    case 'degraded':
      return ruleOnScore(assessment, policy, context);
  }
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

function failedProviders({ failures }: RiskAssessment): readonly string[] {
  return failures.length === 0 ? NONE : failures.map(({ providerId }) => providerId);
}

function ruleOnScore(assessment: ScoredAssessment, policy: IpRiskPolicy, context: RequestContext): Ruling {
  const signals = contextSignals(assessment, policy, context);
  const scored = scoreUnder(assessment, policy, signals);
  // The policy goes by the card of one provider, and that provider has given no score.
  if (scored === undefined) return withoutVerdict(policy, 'unavailable', [policy.scorecard]);
  const { score, reasons } = scored;
  const degraded = failedProviders(assessment);
  if (signals.isDeniedCountry === true && policy.onDeniedCountry === 'block') {
    return { action: 'block', cause: 'denied-country', score, reasons, degraded };
  }
  if (policy.blockOn.some((fact) => isCertain(assessment.facts[BLOCKABLE_FACTS[fact]]))) {
    return { action: 'block', cause: 'fact', score, reasons, degraded };
  }
  // A broken score compares false with every threshold, which would mean "allow"; it is no verdict instead.
  if (!(score >= 0 && score <= 100)) return withoutVerdict(policy, 'unavailable', [policy.scorecard]);
  const action = actionFor(score, policy);
  const isGeographic = action === 'block' && signals.isDeniedCountry === true;
  return { action, cause: isGeographic ? 'denied-country' : 'score', score, reasons, degraded };
}

function actionFor(score: number, { thresholds }: IpRiskPolicy): RiskAction {
  if (score >= thresholds.block) return 'block';
  if (score >= thresholds.challenge) return 'challenge';
  return score >= thresholds.monitor ? 'monitor' : 'allow';
}

function contextSignals(
  { location }: ScoredAssessment,
  { deniedCountries, allowedCountries }: IpRiskPolicy,
  { claimedCountry }: RequestContext,
): ContextSignals {
  const country = location?.countryCode;
  const hasNoRule = deniedCountries.length === 0 && allowedCountries.length === 0;
  if (country === undefined || (hasNoRule && claimedCountry === undefined)) return NO_CONTEXT;
  return {
    // Anything but a country code, such as '' or 'Germany', states nothing that could differ.
    claimedCountryDiffers:
      claimedCountry !== undefined && COUNTRY_CODE.test(claimedCountry)
        ? claimedCountry.toUpperCase() !== country
        : undefined,
    isDeniedCountry:
      deniedCountries.includes(country) || (allowedCountries.length > 0 && !allowedCountries.includes(country)),
    speedKmh: undefined,
  };
}

function scoreUnder(assessment: ScoredAssessment, policy: IpRiskPolicy, context: ContextSignals): Score | undefined {
  const { facts, opinions, combiner } = assessment;
  const differs = context.claimedCountryDiffers === true;
  if (policy.scorecard === DEFAULT_SCORECARD.name) {
    if (!differs && context.isDeniedCountry !== true) return assessment;
    return combineScores(scoreSignals(DEFAULT_SCORECARD, { facts, context }), opinions, combiner, differs);
  }
  const card = Object.hasOwn(SCORECARDS, policy.scorecard) ? SCORECARDS[policy.scorecard] : undefined;
  if (card !== undefined) return scoreSignals(card, { facts, context });
  const opinion = opinions.find(({ providerId }) => providerId === policy.scorecard);
  return opinion === undefined ? undefined : scoreOfProvider(opinion, differs);
}

function toDecision(
  { action: intendedAction, cause, score, reasons, degraded }: Ruling,
  { policy, reference }: DigestedPolicy,
  { subject }: RequestContext,
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
    degraded,
    policy: reference,
    mode: policy.mode,
    onChallenge: policy.onChallenge,
    subject,
    assessment,
  });
}
