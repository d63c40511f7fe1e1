import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { ClientIp } from '../../common/ip/client-ip.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import { specialPurposeOf } from '../../common/ip/special-purpose.js';
import type { AssessmentService } from '../assessment/assessment.service.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import {
  decide,
  decideSkipped,
  decideUnknownClient,
  NO_REQUEST_CONTEXT,
  type RequestContext,
} from '../policy/decide.js';
import { takesStandIns } from '../policy/ip-risk-policy.js';
import type { DigestedPolicy } from '../policy/policy-digest.js';
import { DEFAULT_ESCALATION_BAND, leavesDoubt } from '../policy/threshold-doubt.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import { RecentDecisions } from './recent-decisions.js';
import type { RiskEvents } from './risk-events.js';

/** Where a request came in, and what is asked of it there. */
export interface ScreenedRoute {
  /** Names the route in events and logs: `LoginController.login`. */
  readonly route: string;
  readonly policy: DigestedPolicy;
  /** Under the strategy `escalate`: asks vendors whatever offline data says. @default false */
  readonly asksVendors?: boolean;
}

const ANY_VERDICT = { atHand: { takesStandIn: true }, byVendors: { takesStandIn: true, asksVendors: true } };
const CURRENT_VERDICT = { atHand: { takesStandIn: false }, byVendors: { takesStandIn: false, asksVendors: true } };

/** From a sender to a decision: assesses, decides, and tells whoever listens. */
export class ScreeningService {
  private readonly recent = new RecentDecisions();

  constructor(
    private readonly assessments: AssessmentService,
    private readonly events: RiskEvents,
    private readonly escalationBand: number = DEFAULT_ESCALATION_BAND,
  ) {}

  /** Decides on a request by its sender. A sender in doubt is treated as unknown, which is unavailable and not private. */
  screenClient(
    client: ClientIp,
    route: ScreenedRoute,
    context: RequestContext = NO_REQUEST_CONTEXT,
  ): MaybePromise<RiskDecision> {
    if (client.status === 'unknown' || isInDoubt(client)) {
      return this.publish(decideUnknownClient(route.policy, context), route);
    }
    return this.screenAddress(client.address, route, context);
  }

  /** Decides on a request from an address that somebody else made sure of. */
  screenAddress(
    address: IpAddress,
    route: ScreenedRoute,
    context: RequestContext = NO_REQUEST_CONTEXT,
  ): MaybePromise<RiskDecision> {
    const assessment = this.assess(address, route);
    return assessment instanceof Promise
      ? assessment.then((known) => this.decideOn(known, route, context))
      : this.decideOn(assessment, route, context);
  }

  /** Records that the route's own rule let the request through unassessed. */
  skip(route: ScreenedRoute): RiskDecision {
    return this.publish(decideSkipped(route.policy), route);
  }

  private assess(address: IpAddress, { policy, asksVendors = false }: ScreenedRoute): MaybePromise<RiskAssessment> {
    const { atHand, byVendors } = takesStandIns(policy.policy) ? ANY_VERDICT : CURRENT_VERDICT;
    if (!this.assessments.escalates) return this.assessments.assess(address, atHand);
    if (asksVendors) return this.assessments.assess(address, byVendors);
    return whenReady(this.assessments.assess(address, atHand), (assessment) =>
      leavesDoubt(assessment, policy.policy, this.escalationBand)
        ? this.assessments.assess(address, byVendors)
        : assessment,
    );
  }

  private decideOn(assessment: RiskAssessment, route: ScreenedRoute, context: RequestContext): RiskDecision {
    const decision =
      context === NO_REQUEST_CONTEXT
        ? this.recent.decide(assessment, route.policy)
        : decide(assessment, route.policy, context);
    return this.publish(decision, route);
  }

  private publish(decision: RiskDecision, { route }: ScreenedRoute): RiskDecision {
    this.events.publish({ decision, route });
    return decision;
  }
}

/**
 * A trusted proxy that names no client, or an internal peer that sent a forwarded header although nobody trusts it: in
 * both cases the address belongs to a proxy, and judging the proxy would let every client behind it pass.
 */
function isInDoubt({ doubt, address }: Extract<ClientIp, { status: 'known' }>): boolean {
  if (doubt === undefined) return false;
  return doubt === 'header-missing' || specialPurposeOf(address)?.scope === 'internal';
}
