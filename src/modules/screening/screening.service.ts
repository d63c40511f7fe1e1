import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import type { ClientIp } from '../../common/ip/client-ip.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import { specialPurposeOf } from '../../common/ip/special-purpose.js';
import type { AssessmentService } from '../assessment/assessment.service.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import {
  decide,
  decideSkipped,
  decideUnknownClient,
  decideUnrecorded,
  NO_REQUEST_CONTEXT,
  type RequestContext,
} from '../policy/decide.js';
import type { LoginReport } from '../geo-velocity/geo-velocity.js';
import { takesStandIns } from '../policy/ip-risk-policy.js';
import type { DigestedPolicy } from '../policy/policy-digest.js';
import { DEFAULT_ESCALATION_BAND, leavesDoubt } from '../policy/threshold-doubt.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import type { DecisionRecord } from './decision-record.js';
import { RecentDecisions } from './recent-decisions.js';
import type { RiskEvents } from './risk-events.js';
import { NO_SCREENED_REQUEST, type ScreenedRequest } from './screened-request.js';
import type { TravelScreening } from './travel-screening.js';

/** Where a request came in, and what is asked of it there. */
export interface ScreenedRoute {
  /** Names the route in events and logs: `LoginController.login`. */
  readonly route: string;
  readonly policy: DigestedPolicy;
  /** Under the strategy `escalate`: asks vendors whatever offline data says. @default false */
  readonly asksVendors?: boolean;
  /** What a subject's login history is asked, where there is one: `record` also adds this login. @default not asked */
  readonly travel?: 'check' | 'record' | undefined;
  /** Milliseconds that the history may take. @default what is left of the lookup's deadline, 25 at least */
  readonly travelWithinMs?: number | undefined;
}

export interface ScreeningOptions {
  readonly assessments: AssessmentService;
  readonly events: RiskEvents;
  readonly clock: Clock;
  /** Points around a threshold that leave doubt. @default 10 */
  readonly escalationBand?: number;
  /** Asks users' login histories. @default none: a subject is a label */
  readonly travel?: TravelScreening | undefined;
  /** Decisions are put there before anybody acts on them. @default none: whoever keeps them listens to `events` */
  readonly record?: DecisionRecord | undefined;
  /** Told of each login that was recorded after its decision. It is not waited for. */
  readonly onLoginRecorded?: ((decision: RiskDecision, report: LoginReport) => void) | undefined;
  /** Milliseconds of one lookup, within which the history is asked as well. @default 300 */
  readonly deadlineMs?: number;
}

/** The database is asked after the address; vendors who use up the deadline must not make it unknown each time. */
const LEAST_DATABASE_MS = 25;

interface AskedUser {
  readonly travel: TravelScreening;
  readonly userId: string;
  readonly mode: 'check' | 'record';
}

const ANY_VERDICT = { atHand: { takesStandIn: true }, byVendors: { takesStandIn: true, asksVendors: true } };
const CURRENT_VERDICT = { atHand: { takesStandIn: false }, byVendors: { takesStandIn: false, asksVendors: true } };

/** From a sender to a decision: assesses, decides, and tells whoever listens. */
export class ScreeningService {
  private readonly recent = new RecentDecisions();

  private readonly assessments: AssessmentService;
  private readonly events: RiskEvents;
  private readonly clock: Clock;
  private readonly escalationBand: number;
  private readonly travel: TravelScreening | undefined;
  private readonly deadlineMs: number;
  private readonly record: DecisionRecord | undefined;
  private readonly onLoginRecorded: ScreeningOptions['onLoginRecorded'];

  constructor(options: ScreeningOptions) {
    this.assessments = options.assessments;
    this.events = options.events;
    this.clock = options.clock;
    this.escalationBand = options.escalationBand ?? DEFAULT_ESCALATION_BAND;
    this.travel = options.travel;
    this.deadlineMs = options.deadlineMs ?? 300;
    this.record = options.record;
    this.onLoginRecorded = options.onLoginRecorded;
  }

  /** Decides on a request by its sender. A sender in doubt is treated as unknown, which is unavailable and not private. */
  screenClient(
    client: ClientIp,
    route: ScreenedRoute,
    request: ScreenedRequest = NO_SCREENED_REQUEST,
  ): MaybePromise<RiskDecision> {
    if (client.status === 'unknown' || isInDoubt(client)) {
      return this.conclude(decideUnknownClient(route.policy, request), route, request, this.clock.now());
    }
    return this.screenAddress(client.address, route, request);
  }

  /**
   * Decides on a request from an address that somebody else made sure of.
   *
   * @throws InvalidLoginError, as a rejection, for a login whose time or id cannot be taken.
   */
  screenAddress(
    address: IpAddress,
    route: ScreenedRoute,
    request: ScreenedRequest = NO_SCREENED_REQUEST,
  ): MaybePromise<RiskDecision> {
    const user = this.userOf(route, request);
    if (user !== undefined) return this.screenUser(user, address, route, request);
    if (this.isUserUnknown(route, request)) return this.screenUnknownUser(address, route, request);
    const startedAt = this.clock.now();
    const assessment = this.assess(address, route);
    return assessment instanceof Promise
      ? assessment.then((known) => this.decideOn(known, route, request, startedAt))
      : this.decideOn(assessment, route, request, startedAt);
  }

  /** Records that the route's own rule let the request through unassessed. */
  skip(route: ScreenedRoute): MaybePromise<RiskDecision> {
    return this.conclude(decideSkipped(route.policy), route, NO_SCREENED_REQUEST, this.clock.now());
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

  /**
   * Adds the login of a decision that was made by a mere check to its user's history.
   *
   * @returns false where there was nobody to record, or the database did not say in time that it is.
   */
  async recordLogin(decision: RiskDecision): Promise<boolean> {
    const { assessment, subject } = decision;
    const address = assessment === undefined ? undefined : parseIpAddress(assessment.ip);
    if (this.travel === undefined || assessment === undefined || address === undefined) return false;
    if (!this.travel.isAbout(subject)) return false;
    const question = { userId: subject, mode: 'record', withinMs: this.deadlineMs } as const;
    const report = await this.travel.ask(address, assessment, question);
    if (report === 'unavailable') return false;
    if ('login' in report) this.onLoginRecorded?.(decision, report);
    return true;
  }

  private userOf({ travel: mode }: ScreenedRoute, { subject }: ScreenedRequest): AskedUser | undefined {
    const { travel } = this;
    if (mode === undefined || travel === undefined || !travel.isAbout(subject)) return undefined;
    return { travel, userId: subject, mode };
  }

  private isUserUnknown({ travel: mode }: ScreenedRoute, request: ScreenedRequest): boolean {
    return mode !== undefined && this.travel?.isAboutUnknown(request) === true;
  }

  /** A user whose history nobody can look up has one all the same: it is not known, which is not "nothing to see". */
  private screenUnknownUser(
    address: IpAddress,
    route: ScreenedRoute,
    request: ScreenedRequest,
  ): MaybePromise<RiskDecision> {
    const startedAt = this.clock.now();
    return whenReady(this.assess(address, route), (known) =>
      this.decideOn(known, route, { ...request, travel: 'unavailable' }, startedAt),
    );
  }

  private async screenUser(
    { travel, userId, mode }: AskedUser,
    address: IpAddress,
    route: ScreenedRoute,
    request: ScreenedRequest,
  ): Promise<RiskDecision> {
    const startedAt = this.clock.now();
    const assessment = await this.assess(address, route);
    const report = await travel.ask(address, assessment, {
      userId,
      mode,
      ts: request.login?.ts,
      eventId: request.login?.eventId,
      withinMs: route.travelWithinMs ?? this.databaseMs(this.msSince(startedAt)),
    });
    return this.decideOn(assessment, route, { ...request, travel: report }, startedAt);
  }

  /** Milliseconds that the database may take after so many of the deadline. */
  private databaseMs(usedMs: number): number {
    return Math.max(LEAST_DATABASE_MS, this.deadlineMs - usedMs);
  }

  private msSince(startedAt: number): number {
    return Math.max(0, this.clock.now() - startedAt);
  }

  private decideOn(
    assessment: RiskAssessment,
    route: ScreenedRoute,
    context: RequestContext,
    startedAt: number,
  ): MaybePromise<RiskDecision> {
    const decision =
      context === NO_REQUEST_CONTEXT
        ? this.recent.decide(assessment, route.policy)
        : decide(assessment, route.policy, context);
    return this.conclude(decision, route, context, startedAt);
  }

  /** Puts the decision on record, where that comes before acting on it, and tells whoever listens. */
  private conclude(
    decision: RiskDecision,
    { route, policy, travelWithinMs }: ScreenedRoute,
    { claimedCountry }: RequestContext,
    startedAt: number,
  ): MaybePromise<RiskDecision> {
    const event = { decision, route, policy: policy.policy, claimedCountry, latencyMs: this.msSince(startedAt) };
    if (this.record === undefined) {
      this.events.publish(event);
      return decision;
    }
    const withinMs = travelWithinMs ?? this.databaseMs(event.latencyMs);
    return this.record.keep(event, withinMs).then((isKept) => {
      const concluded = isKept ? decision : decideUnrecorded(decision, policy);
      this.events.publish({ ...event, decision: concluded, latencyMs: this.msSince(startedAt) });
      return concluded;
    });
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
