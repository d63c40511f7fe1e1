import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { concat, defer, EMPTY, from, ignoreElements, type Observable } from 'rxjs';
import { ScreeningService } from '../screening/screening.service.js';
import { TRAVEL_MISSING } from '../policy/decide.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import type { GuardedRequest } from './ip-risk-options.js';
import { ProtectedRoutes } from './protected-routes.js';

/** The lowest status of an answer that says no, without an exception. */
const FIRST_FAILURE = 400;

/**
 * Records the login once the handler has succeeded, and before its answer is sent. Bound only where an `@IpRisk()` names a
 * subject: an interceptor costs every request of its route some microseconds.
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
    const isRecorded = options.subject !== undefined && (options.recordOn ?? 'success') === 'success';
    if (!isRecorded || decision === undefined || this.seen.has(request)) return next.handle();
    this.seen.add(request);
    const recorded = defer(() => {
      const { statusCode = 200 } = context.getArgByIndex<{ readonly statusCode?: number }>(1);
      return statusCode >= FIRST_FAILURE ? EMPTY : this.record(decision);
    });
    return concat(next.handle(), recorded);
  }

  private record(decision: RiskDecision): Observable<never> {
    // Whoever has yet to show a second factor has not logged in.
    if (decision.requireMfa) return EMPTY;
    const recorded = this.screening.recordLogin(decision);
    // The database did not answer the check; the answer does not wait for it a second time.
    return decision.degraded.includes(TRAVEL_MISSING) ? EMPTY : from(recorded).pipe(ignoreElements());
  }
}
