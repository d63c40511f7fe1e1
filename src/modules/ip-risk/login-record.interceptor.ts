import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { concat, defer, EMPTY, from, ignoreElements, type Observable } from 'rxjs';
import { ScreeningService } from '../screening/screening.service.js';
import type { GuardedRequest } from './ip-risk-options.js';
import { ProtectedRoutes } from './protected-routes.js';

/** The lowest status of an answer that says no, without an exception. */
const FIRST_FAILURE = 400;

/**
 * Records the login once the handler has succeeded, and before its answer is sent. What `@IpRisk({ recordOn: 'success' })`
 * binds, and nothing else does: an interceptor costs every request of its route some microseconds.
 */
@Injectable()
export class LoginRecordInterceptor implements NestInterceptor {
  /** A class and a method decorator bind it twice. */
  private readonly seen = new WeakSet<GuardedRequest>();

  constructor(
    private readonly routes: ProtectedRoutes,
    private readonly screening: ScreeningService,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.getArgByIndex<GuardedRequest>(0);
    const { options } = this.routes.of(context.getClass(), context.getHandler());
    const decision = request.ipRisk;
    if (options.recordOn !== 'success' || decision === undefined || this.seen.has(request)) return next.handle();
    this.seen.add(request);
    const recorded = defer(() => {
      const { statusCode = 200 } = context.getArgByIndex<{ readonly statusCode?: number }>(1);
      return statusCode >= FIRST_FAILURE ? EMPTY : from(this.screening.recordLogin(decision)).pipe(ignoreElements());
    });
    return concat(next.handle(), recorded);
  }
}
