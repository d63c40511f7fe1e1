import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DATABASE, type Database } from '../storage/database.js';

/** Reports what keeps the logins. Always up: without it addresses are judged all the same, which is degraded and not down. */
@Injectable()
export class DatabaseHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('database');
    const { kind, status, downSince, reason } = this.database.report();
    if (kind === 'none') return indicator.up({ database_status: 'not-configured' });
    return indicator.up({
      database_status: status === 'up' || status === 'closed' ? status : 'degraded',
      kind,
      down_since: downSince === undefined ? null : new Date(downSince).toISOString(),
      reason: reason ?? (status === 'opening' ? 'opening' : null),
    });
  }
}
