import type { RiskAssessment } from '../../src/modules/assessment/risk-assessment.js';
import { decide, NO_REQUEST_CONTEXT, type RequestContext } from '../../src/modules/policy/decide.js';
import { NEVER, type IpRiskPolicy } from '../../src/modules/policy/ip-risk-policy.js';
import { digested } from '../../src/modules/policy/policy-digest.js';
import type { FactName } from '../../src/modules/providers/ip-intelligence.js';
import type { DecisionEvent } from '../../src/modules/screening/risk-events.js';
import { scored } from './assessments.js';

export const LOGIN_POLICY: IpRiskPolicy = {
  name: 'login',
  scorecard: 'unified',
  thresholds: { monitor: 20, challenge: 45, block: 80 },
  onUnavailable: 'allow',
  takeStandIns: undefined,
  onChallenge: 'annotate',
  mode: 'live',
  blockOn: [],
  deniedCountries: [],
  allowedCountries: [],
  onDeniedCountry: 'block',
  alertFrom: 'high',
  alertOnNewCountry: false,
};

/** Raises no alert, whatever comes. */
export const QUIET_POLICY: IpRiskPolicy = {
  ...LOGIN_POLICY,
  name: 'quiet',
  thresholds: { monitor: 20, challenge: NEVER, block: NEVER },
  alertFrom: 'never',
};

/** The assessment of one provider's facts at an address. */
export function assessed(ip: string, facts: Partial<Record<FactName, boolean>> = {}, country?: string): RiskAssessment {
  return { ...scored(facts, country), ip };
}

export interface EventParts {
  readonly assessment?: RiskAssessment;
  readonly policy?: IpRiskPolicy;
  readonly context?: RequestContext;
  readonly route?: string;
  readonly latencyMs?: number;
}

/** A decision as it is published; each call makes a decision of its own. */
export function decisionEvent({
  assessment = assessed('81.10.0.1'),
  policy = LOGIN_POLICY,
  context = NO_REQUEST_CONTEXT,
  route = 'LoginController.login',
  latencyMs = 0,
}: EventParts = {}): DecisionEvent {
  const decision = decide(assessment, digested(policy), context);
  return { decision, route, policy, claimedCountry: context.claimedCountry, latencyMs };
}
