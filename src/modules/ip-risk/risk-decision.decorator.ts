import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import type { RiskDecision as Decision } from '../policy/risk-decision.js';
import type { GuardedRequest } from './ip-risk-options.js';

/**
 * The decision on this request, as a handler's parameter.
 *
 * @throws InvalidConfigurationError (a 500) on a handler that has no `@IpRisk()`: there is no decision to hand over.
 */
export const RiskDecision = createParamDecorator((_: unknown, context: ExecutionContext): Decision => {
  const { ipRisk } = context.switchToHttp().getRequest<GuardedRequest>();
  if (ipRisk === undefined) {
    const handler = `${context.getClass().name}.${context.getHandler().name}`;
    throw new InvalidConfigurationError(
      `${handler} takes @RiskDecision(), and nothing decided on the request: add @IpRisk() to the handler or its class, or let the guard that replaces it in a test set request.ipRisk.`,
    );
  }
  return ipRisk;
});

/** The same name for the value, so that one import serves `@RiskDecision() risk: RiskDecision`. */
export type RiskDecision = Decision;
