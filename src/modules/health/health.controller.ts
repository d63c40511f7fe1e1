import { Controller, Get, Header, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { AlertsHealthIndicator } from './alerts.health.js';
import { DatabaseHealthIndicator } from './database.health.js';
import { DecisionLogHealthIndicator } from './decision-log.health.js';
import { DecisionsHealthIndicator } from './decisions.health.js';
import { ProvidersHealthIndicator } from './providers.health.js';
import { QuotaBrakeHealthIndicator } from './quota-brake.health.js';
import { RedisHealthIndicator } from './redis.health.js';

@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly providers: ProvidersHealthIndicator,
    private readonly decisions: DecisionsHealthIndicator,
    private readonly brake: QuotaBrakeHealthIndicator,
    private readonly redis: RedisHealthIndicator,
    private readonly database: DatabaseHealthIndicator,
    private readonly decisionLog: DecisionLogHealthIndicator,
    private readonly alerts: AlertsHealthIndicator,
  ) {}

  /** The process runs. Says nothing about what it can do. */
  @Get('live')
  @Header('cache-control', 'no-store')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Everything the service says of itself, for people: the same checks as `ready`, and 200 also when one is down. */
  @Get()
  @Header('cache-control', 'no-store')
  async report(): Promise<HealthCheckResult> {
    try {
      return await this.ready();
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  /** The service can give verdicts; 503 when it cannot. Asks no provider anything and costs nothing. */
  @Get('ready')
  @Header('cache-control', 'no-store')
  ready(): Promise<HealthCheckResult> {
    return this.checks.check([
      () => this.providers.check(),
      () => this.decisions.check(),
      () => this.brake.check(),
      () => this.redis.check(),
      () => this.database.check(),
      () => this.decisionLog.check(),
      () => this.alerts.check(),
    ]);
  }
}
