import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DecisionCounters } from '../screening/decision-counters.js';

/** Reports how many decisions there were since the start. Always up: no count of decisions makes the service unready. */
@Injectable()
export class DecisionsHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly counters: DecisionCounters,
  ) {}

  check(): HealthIndicatorResult {
    const { actions, failedOpen, failedClosed } = this.counters.snapshot();
    return this.indicators.check('decisions').up({ actions, failed_open: failedOpen, failed_closed: failedClosed });
  }
}
