import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { MaybePromise } from '../../common/async/maybe-promise.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { ClientIpResolver, type ClientIp } from '../../common/ip/client-ip.js';
import { parseIpAddress } from '../../common/ip/ip-address.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import { NO_SCREENED_REQUEST, type ScreenedRequest } from '../screening/screened-request.js';
import { ScreeningService } from '../screening/screening.service.js';
import { denialOf } from './ip-risk.exception.js';
import type { GuardedRequest, IpRiskRouteOptions } from './ip-risk-options.js';
import { ProtectedRoutes, type ProtectedRoute } from './protected-routes.js';

/** Nobody else can write this mark, while `request.ipRisk` may be anybody's. */
const DECIDED = Symbol('IP_RISK:DECIDED');

/** What a route's own function answered when it threw. */
const FAILED = Symbol('IP_RISK:FAILED');

/**
 * One request at one handler, and the decision on it; Nest hands the same context to all guards there. The mark is here
 * because each property that an Express request is given costs some three microseconds, and these objects cost none.
 */
interface DecidedContext extends ExecutionContext {
  [DECIDED]?: RiskDecision;
}

/** Translates a request into a question and the decision into an answer. It does not think. */
@Injectable()
export class IpRiskGuard implements CanActivate {
  private readonly logger = new Logger('IpRisk');

  constructor(
    private readonly routes: ProtectedRoutes,
    private readonly clientIp: ClientIpResolver,
    private readonly screening: ScreeningService,
  ) {}

  canActivate(context: DecidedContext): MaybePromise<boolean> {
    if (context.getType() !== 'http') {
      throw new InvalidConfigurationError(
        '@IpRisk protects HTTP handlers only; guard the HTTP route in front of this one.',
      );
    }
    // A class and a method decorator bind the guard twice; the request is assessed once, under the merged options.
    const decided = context[DECIDED];
    if (decided !== undefined) return admit(decided);
    const request = context.getArgByIndex<GuardedRequest>(0);
    const route = this.routes.of(context.getClass(), context.getHandler());
    const decision = this.decisionOn(request, route);
    return decision instanceof Promise
      ? decision.then((made) => this.enforce(made, context, request, route.options))
      : this.enforce(decision, context, request, route.options);
  }

  private decisionOn(request: GuardedRequest, route: ProtectedRoute): MaybePromise<RiskDecision> {
    const { options } = route;
    const skip: unknown = options.skipIf?.(request);
    if (skip instanceof Promise) this.refusePromise('skipIf', skip);
    if (skip === true) return this.screening.skip(route);
    return this.screening.screenClient(this.clientOf(request, route), route, this.contextOf(request, route));
  }

  private clientOf(request: GuardedRequest, { options }: ProtectedRoute): ClientIp {
    if (options.ip === undefined) return this.clientIp.resolve(request.socket?.remoteAddress, request.headers);
    const text = this.textFrom('ip', options.ip, request);
    const address = text === undefined ? undefined : parseIpAddress(text);
    if (address === undefined) return { status: 'unknown', cause: 'hop-unreadable' };
    return { status: 'known', address, internal: false, doubt: undefined };
  }

  private contextOf(request: GuardedRequest, { options }: ProtectedRoute): ScreenedRequest {
    const { subject, claimedCountry } = options;
    if (subject === undefined && claimedCountry === undefined) return NO_SCREENED_REQUEST;
    const stated = this.textFrom('claimedCountry', claimedCountry, request);
    return { ...this.subjectOf(subject, request), claimedCountry: stated };
  }

  /**
   * Who the request is about. Most applications number their users. Anything else that is no text names a user, too, but
   * not which one.
   */
  private subjectOf(
    read: IpRiskRouteOptions['subject'],
    request: GuardedRequest,
  ): Pick<ScreenedRequest, 'subject' | 'isSubjectUnreadable'> {
    const value = this.valueFrom('subject', read, request);
    if (value === undefined || value === null) return {};
    if (typeof value === 'string') return { subject: value };
    const isNumber = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
    return isNumber ? { subject: String(value) } : { isSubjectUnreadable: true };
  }

  /**
   * What a route's own function reads out of a request. Callers choose bodies and queries, so a list in the place of
   * text, and an exception on a body that is not there, are nothing known and no reason to fail the request.
   */
  private textFrom(
    option: string,
    read: ((request: unknown) => unknown) | undefined,
    request: unknown,
  ): string | undefined {
    const value = this.valueFrom(option, read, request);
    return typeof value === 'string' ? value : undefined;
  }

  /** What the function answered; {@link FAILED} where it did not. */
  private valueFrom(option: string, read: ((request: unknown) => unknown) | undefined, request: unknown): unknown {
    try {
      const value = read?.(request);
      if (value instanceof Promise) this.refusePromise(option, value);
      return value;
    } catch (error) {
      this.logger.error(`${option} failed: ${nameOf(error)}`);
      return FAILED;
    }
  }

  /** The decision does not wait for a route's own functions; an async one has said nothing, and must not end the process. */
  private refusePromise(option: string, value: Promise<unknown>): void {
    this.logger.error(`${option} returned a promise, which is not waited for; make it answer at once.`);
    value.catch(() => undefined);
  }

  private enforce(
    decision: RiskDecision,
    context: DecidedContext,
    request: GuardedRequest,
    { onDecision }: IpRiskRouteOptions,
  ): true {
    context[DECIDED] = decision;
    request.ipRisk = decision;
    if (decision.requireMfa) request.requireMfa = true;
    if (onDecision !== undefined) this.tell(onDecision, decision, request);
    return admit(decision);
  }

  private tell(
    onDecision: (decision: RiskDecision, request: unknown) => unknown,
    decision: RiskDecision,
    request: unknown,
  ): void {
    const failed = (error: unknown): void => {
      this.logger.error(`onDecision failed: ${nameOf(error)}`);
    };
    try {
      void Promise.resolve(onDecision(decision, request)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** Throws what stops the request, also when somebody swallowed it before and asks again. */
function admit(decision: RiskDecision): true {
  const denial = denialOf(decision);
  if (denial !== undefined) throw denial;
  return true;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'not an Error';
}
