import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { MaybePromise } from '../../common/async/maybe-promise.js';
import { IpRiskGuard } from './ip-risk.guard.js';

/**
 * What `@IpRisk()` binds. Nest makes bound guards anew in every module, where `overrideProvider` cannot reach them; this
 * one only passes on to {@link IpRiskGuard}, which is a provider like any other.
 */
@Injectable()
export class IpRiskRouteGuard implements CanActivate {
  constructor(private readonly guard: IpRiskGuard) {}

  canActivate(context: ExecutionContext): MaybePromise<boolean> {
    return this.guard.canActivate(context);
  }
}
