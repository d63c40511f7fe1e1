import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { ClientIp } from '../../common/ip/client-ip.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import { specialPurposeOf } from '../../common/ip/special-purpose.js';
import type { AssessmentService } from '../assessment/assessment.service.js';
import { decide, decideSkipped, decideUnknownClient, type RequestContext } from '../policy/decide.js';
import type { DigestedPolicy } from '../policy/policy-digest.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import type { RiskEvents } from './risk-events.js';

/** A request to decide on. */
export interface Screening {
  readonly policy: DigestedPolicy;
  readonly context: RequestContext;
  /** Names the route in events and logs. */
  readonly route: string;
}

/** From a sender to a decision: assesses, decides, and tells whoever listens. */
export class ScreeningService {
  constructor(
    private readonly assessments: AssessmentService,
    private readonly events: RiskEvents,
  ) {}

  /** Decides on a request by its sender. A sender in doubt is treated as unknown, which is unavailable and not private. */
  screenClient(client: ClientIp, screening: Screening): MaybePromise<RiskDecision> {
    if (client.status === 'unknown' || isInDoubt(client)) {
      return this.publish(decideUnknownClient(screening.policy, screening.context), screening);
    }
    return this.screenAddress(client.address, screening);
  }

  /** Decides on a request from an address that somebody else made sure of. */
  screenAddress(address: IpAddress, screening: Screening): MaybePromise<RiskDecision> {
    return whenReady(this.assessments.assess(address), (assessment) =>
      this.publish(decide(assessment, screening.policy, screening.context), screening),
    );
  }

  /** Records that the route's own rule let the request through unassessed. */
  skip({ policy, route }: Pick<Screening, 'policy' | 'route'>): RiskDecision {
    return this.publish(decideSkipped(policy), { route });
  }

  private publish(decision: RiskDecision, { route }: Pick<Screening, 'route'>): RiskDecision {
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
