import { explainDecision } from '../../decisions/explaining/explain-decision.js';
import type { LoggedDecision } from '../../decisions/reading/logged-decision.js';
import { rescore, type Rescored } from '../../decisions/rescoring/rescore.js';
import type { DecidedTravel } from '../../decisions/signals/decided-travel.js';
import type { DecisionSignals } from '../../decisions/signals/decision-signals.js';
import { NEVER, type IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import { FACT_NAMES } from '../../providers/ip-intelligence.js';
import type { RiskReason } from '../../scoring/scorecard.js';
import { toFailureResponse } from '../failure.response.js';
import { SIGNAL_NAMES } from '../signal-names.js';
import { toThousandths } from '../thousandths.js';
import { toReliefResponse } from '../travel.response.js';
import { toDecisionSummary } from './decision-summary.response.js';

/** A decision on record with what it was made by, in words too, in snake_case JSON; unknown is `null`. */
export function toDecisionDetail(logged: LoggedDecision): Record<string, unknown> {
  const { signals, travel, policy } = logged;
  return {
    ...toDecisionSummary(logged),
    claimed_country: logged.claimedCountry ?? null,
    failures: logged.failures.map(toFailureResponse),
    travel: travel === undefined ? null : toDecidedTravel(travel),
    signals_digest: logged.signalsDigest ?? null,
    signals: signals === undefined ? null : toSignals(signals),
    policy_body: policy.body === undefined ? null : toPolicyBody(policy.body),
    explanation: explainDecision(logged),
    rescored: toRescored(logged),
  };
}

function toSignals({ facts }: DecisionSignals): Record<string, unknown> {
  return Object.fromEntries(FACT_NAMES.map((name) => [SIGNAL_NAMES[name], facts[name]?.value ?? null]));
}

function toRescored(logged: LoggedDecision): Record<string, unknown> | null {
  const rescored = rescore(logged);
  if (rescored === undefined) return null;
  const { score, action } = rescored;
  return { score: score ?? null, action, is_identical: isIdentical(logged, rescored) };
}

function isIdentical(logged: LoggedDecision, rescored: Rescored): boolean {
  const { score, action, intendedAction, cause, reasons } = logged;
  return (
    score === rescored.score &&
    action === rescored.action &&
    intendedAction === rescored.intendedAction &&
    cause === rescored.cause &&
    textOf(reasons) === textOf(rescored.reasons)
  );
}

/** The same for the same reasons, in whatever order their fields were written. */
function textOf(reasons: readonly RiskReason[]): string {
  return JSON.stringify(reasons.map(({ code, points, provider, detail }) => [code, points, provider, detail]));
}

function toDecidedTravel(travel: DecidedTravel): Record<string, unknown> {
  const known = travel === 'unavailable' ? undefined : travel;
  const { speedKmh, relief } = known ?? {};
  return {
    status: known?.status ?? 'unavailable',
    held: known?.isHeld ?? null,
    country_changed: known?.isCountryChanged ?? null,
    from_country: known?.fromCountry ?? null,
    distance_km: toThousandths(known?.distanceKm),
    elapsed_seconds: toThousandths(known?.elapsedSeconds),
    // JSON cannot name a speed without end; with 0 seconds it is told apart from an unknown one.
    speed_kmh: speedKmh === 'infinite' ? null : toThousandths(speedKmh),
    relief: relief === undefined ? null : toReliefResponse(relief),
  };
}

/** By the names that it has in a file of policies. */
function toPolicyBody(policy: IpRiskPolicy): Record<string, unknown> {
  const { monitor, challenge, block } = policy.thresholds;
  return {
    ...policy,
    thresholds: { monitor: toThreshold(monitor), challenge: toThreshold(challenge), block: toThreshold(block) },
  };
}

const toThreshold = (from: number): number | 'never' => (from === NEVER ? 'never' : from);
