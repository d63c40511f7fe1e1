import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { IP_RISK_ROUTE, type IpRiskRouteOptions } from './ip-risk-options.js';
import { IpRiskRouteGuard } from './ip-risk-route.guard.js';

/**
 * Assesses the client's address before the handler runs. On a class it protects every handler, also of classes that
 * extend it; a method's options are merged over the class's and never drop its `failClosed`.
 *
 * @example
 * ```ts
 * @Post('withdraw')
 * @IpRisk({ policy: 'payment' })
 * withdraw(@RiskDecision() risk: RiskDecision) {}
 * ```
 */
export function IpRisk(options: IpRiskRouteOptions = {}): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(IP_RISK_ROUTE, options), UseGuards(IpRiskRouteGuard));
}
