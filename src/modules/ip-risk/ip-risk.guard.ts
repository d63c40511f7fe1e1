import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { ClientIpResolver, type ClientIp } from '../../common/ip/client-ip.js';
import { parseIpAddress } from '../../common/ip/ip-address.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import { ScreeningService } from '../screening/screening.service.js';
import { denialOf } from './ip-risk.exception.js';
import type { GuardedRequest } from './ip-risk-options.js';
import { ProtectedRoutes, type ProtectedRoute } from './protected-routes.js';

/** Translates a request into a question and the decision into an answer. It does not think. */
@Injectable()
export class IpRiskGuard implements CanActivate {
  private readonly logger = new Logger('IpRisk');
  /** The route each request was last decided for. What else is on the request may be anybody's. */
  private readonly decided = new WeakMap<GuardedRequest, ProtectedRoute>();

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
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const route = this.routes.of(context.getClass(), context.getHandler());
    // A class and a method decorator bind the guard twice; the request is assessed once, under the merged options.
    if (this.decided.get(request) === route) return true;
    return whenReady(this.decisionOn(request, route), (decision) => this.enforce(decision, request, route));
  }

  private decisionOn(request: GuardedRequest, route: ProtectedRoute): MaybePromise<RiskDecision> {
    const { options } = route;
    if (options.skipIf?.(request) === true) return this.screening.skip(route);
    const context = { subject: options.subject?.(request), claimedCountry: textOf(options.claimedCountry?.(request)) };
    return this.screening.screenClient(this.clientOf(request, route), { ...route, context });
  }

  private clientOf(request: GuardedRequest, { options }: ProtectedRoute): ClientIp {
    if (options.ip === undefined) return this.clientIp.resolve(request.socket?.remoteAddress, request.headers);
    const text = textOf(options.ip(request));
    const address = text === undefined ? undefined : parseIpAddress(text);
    if (address === undefined) return { status: 'unknown', cause: 'hop-unreadable' };
    return { status: 'known', address, internal: false, doubt: undefined };
  }

  private enforce(decision: RiskDecision, request: GuardedRequest, route: ProtectedRoute): true {
    const { options } = route;
    request.ipRisk = decision;
    this.decided.set(request, route);
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

/** Routes read parsed bodies and queries, where a caller can put a list or a number in the place of text. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
