import type { RiskAssessment } from '../../assessment/risk-assessment.js';
import { decide, decideSkipped, decideUnknownClient, decideUnrecorded, RECORD_MISSING } from '../../policy/decide.js';
import type { DigestedPolicy } from '../../policy/policy-digest.js';
import type { DecisionCause, RiskAction, RiskDecision } from '../../policy/risk-decision.js';
import type { RiskReason } from '../../scoring/scorecard.js';
import type { LoggedDecision } from '../reading/logged-decision.js';
import { travelReportOf } from '../signals/decided-travel.js';
import { assessmentOf } from './assessment-of.js';

/** What a decision comes to once more. */
export interface Rescored {
  readonly score: number | undefined;
  readonly reasons: readonly RiskReason[];
  readonly action: RiskAction;
  readonly intendedAction: RiskAction;
  readonly cause: DecisionCause;
}

type Rescorable = Pick<
  LoggedDecision,
  'policy' | 'signals' | 'travel' | 'claimedCountry' | 'cause' | 'degraded' | 'subject' | 'isSummary'
>;

/**
 * Decides again, by what is stored of the signals and the policy and nothing else. Pure. By the release that wrote it the
 * answer is the same to the point; a later one may have other scorecards, which the policy's digest tells.
 *
 * @returns `undefined` where only a count is kept, or the policy is not.
 */
export function rescore(logged: Rescorable): Rescored | undefined {
  const { body, name, digest } = logged.policy;
  if (body === undefined || logged.isSummary) return undefined;
  const digested: DigestedPolicy = { policy: body, reference: { name, digest } };
  const made = decideAgain(logged, digested);
  const decision = logged.degraded.at(-1) === RECORD_MISSING ? decideUnrecorded(made, digested) : made;
  const { score, reasons, action, intendedAction, cause } = decision;
  return { score, reasons, action, intendedAction, cause };
}

function decideAgain(logged: Rescorable, digested: DigestedPolicy): RiskDecision {
  const { signals, claimedCountry, subject } = logged;
  if (signals === undefined) {
    return logged.cause === 'skipped' ? decideSkipped(digested) : decideUnknownClient(digested, { subject });
  }
  const context = { claimedCountry, subject, travel: travelReportOf(logged.travel) };
  const assessment: RiskAssessment = assessmentOf(signals);
  return decide(assessment, digested, context);
}
