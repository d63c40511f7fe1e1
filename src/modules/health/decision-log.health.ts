import { Inject, Injectable, Optional } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DecisionLog } from '../decisions/decision-log.js';

/** Reports whether decisions get on record. Always up: those that cannot be written wait, which is degraded and not down. */
@Injectable()
export class DecisionLogHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Optional() @Inject(DecisionLog) private readonly log: DecisionLog | undefined,
  ) {}

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('decision_log');
    const report = this.log?.report();
    if (report === undefined) return indicator.up({ mode: 'off', log_status: 'idle' });
    const { mode, status, waiting, recorded, summarised, failures, failingSince, reason } = report;
    return indicator.up({
      mode,
      log_status: status,
      waiting,
      recorded,
      summarised,
      failures,
      failing_since: failingSince === undefined ? null : new Date(failingSince).toISOString(),
      reason: reason ?? null,
    });
  }
}
