import { applyDecorators, UseGuards, UseInterceptors } from '@nestjs/common';
import { IP_RISK_ROUTE, optionsOf, type IpRiskRouteOptions } from './ip-risk-options.js';
import { IpRiskRouteGuard } from './ip-risk-route.guard.js';
import { LoginRecordInterceptor } from './login-record.interceptor.js';

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
  const guarded = [addOptions(options), UseGuards(IpRiskRouteGuard)];
  return options.subject !== undefined || options.recordOn !== undefined
    ? applyDecorators(...guarded, UseInterceptors(LoginRecordInterceptor))
    : applyDecorators(...guarded);
}

/** Adds to what an inner `@IpRisk()` said: decorators are composed, and the second must not take the first's safety away. */
function addOptions(options: IpRiskRouteOptions): ClassDecorator & MethodDecorator {
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const owner = (descriptor?.value as object | undefined) ?? target;
    Reflect.defineMetadata(IP_RISK_ROUTE, [...optionsOf(owner), options], owner);
  };
}
