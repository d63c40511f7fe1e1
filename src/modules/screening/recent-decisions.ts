import { RecentMap } from '../../common/recent/recent-map.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { decide, NO_REQUEST_CONTEXT } from '../policy/decide.js';
import type { DigestedPolicy } from '../policy/policy-digest.js';
import type { RiskDecision } from '../policy/risk-decision.js';

interface Decided {
  policy: DigestedPolicy;
  decision: RiskDecision;
}

/**
 * Decisions that depend on nothing but an assessment and a policy, because the request adds nothing to them. They are
 * frozen, so that all requests with the same assessment can share one.
 */
export class RecentDecisions {
  private readonly decided = new RecentMap<RiskAssessment, Decided>();

  /** As {@link decide} does without a request's own context. */
  decide(assessment: RiskAssessment, policy: DigestedPolicy): RiskDecision {
    const known = this.decided.get(assessment);
    if (known?.policy === policy) return known.decision;
    const decision = decide(assessment, policy, NO_REQUEST_CONTEXT);
    this.decided.set(assessment, { policy, decision });
    return decision;
  }
}
