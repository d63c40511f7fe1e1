import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { ClientIpResolver, type ClientIp } from '../../common/ip/client-ip.js';
import { parseIpAddress } from '../../common/ip/ip-address.js';
import { NO_REQUEST_CONTEXT, type RequestContext } from '../policy/decide.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import { ScreeningService } from '../screening/screening.service.js';
import { denialOf } from './ip-risk.exception.js';
import type { GuardedRequest } from './ip-risk-options.js';
import { ProtectedRoutes, type ProtectedRoute } from './protected-routes.js';

/** Nobody else can write this mark, while `request.ipRisk` may be anybody's. */
const DECIDED = Symbol('IP_RISK:DECIDED');

interface DecidedRequest extends GuardedRequest {
  /** The route that this request was last decided for. */
  [DECIDED]?: ProtectedRoute;
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

  canActivate(context: ExecutionContext): MaybePromise<boolean> {
    if (context.getType() !== 'http') {
      throw new InvalidConfigurationError(
        '@IpRisk protects HTTP handlers only; guard the HTTP route in front of this one.',
      );
    }
    const request = context.switchToHttp().getRequest<DecidedRequest>();
    const route = this.routes.of(context.getClass(), context.getHandler());
    // A class and a method decorator bind the guard twice; the request is assessed once, under the merged options.
    if (request[DECIDED] === route) return true;
    return whenReady(this.decisionOn(request, route), (decision) => this.enforce(decision, request, route));
  }

  private decisionOn(request: GuardedRequest, route: ProtectedRoute): MaybePromise<RiskDecision> {
    const { options } = route;
    if (options.skipIf?.(request) === true) return this.screening.skip(route);
    return this.screening.screenClient(this.clientOf(request, route), route, contextOf(request, route));
  }

  private clientOf(request: GuardedRequest, { options }: ProtectedRoute): ClientIp {
    if (options.ip === undefined) return this.clientIp.resolve(request.socket?.remoteAddress, request.headers);
    const text = textOf(options.ip(request));
    const address = text === undefined ? undefined : parseIpAddress(text);
    if (address === undefined) return { status: 'unknown', cause: 'hop-unreadable' };
    return { status: 'known', address, internal: false, doubt: undefined };
  }

  private enforce(decision: RiskDecision, request: DecidedRequest, route: ProtectedRoute): true {
    const { options } = route;
    request.ipRisk = decision;
    request[DECIDED] = route;
    if (decision.requireMfa) request.requireMfa = true;
    const denial = denialOf(decision);
    if (options.onDecision !== undefined) this.tell(options.onDecision, decision, request);
    if (denial !== undefined) throw denial;
    return true;
  }

  private tell(
    onDecision: (decision: RiskDecision, request: unknown) => unknown,
    decision: RiskDecision,
    request: unknown,
  ): void {
    const failed = (error: unknown): void => {
      this.logger.error(`onDecision failed: ${error instanceof Error ? error.name : 'not an Error'}`);
    };
    try {
      void Promise.resolve(onDecision(decision, request)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function contextOf(request: GuardedRequest, { options }: ProtectedRoute): RequestContext {
  if (options.subject === undefined && options.claimedCountry === undefined) return NO_REQUEST_CONTEXT;
  return { subject: options.subject?.(request), claimedCountry: textOf(options.claimedCountry?.(request)) };
}

/** Routes read parsed bodies and queries, where a caller can put a list or a number in the place of text. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
