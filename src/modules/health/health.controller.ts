import { Controller, Get, Header } from '@nestjs/common';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { DecisionsHealthIndicator } from './decisions.health.js';
import { ProvidersHealthIndicator } from './providers.health.js';

@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly providers: ProvidersHealthIndicator,
    private readonly decisions: DecisionsHealthIndicator,
  ) {}

  /** The process runs. Says nothing about what it can do. */
  @Get('live')
  @Header('cache-control', 'no-store')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The service can give verdicts; 503 when it cannot. Asks no provider anything and costs nothing. */
  @Get('ready')
  @Header('cache-control', 'no-store')
  ready(): Promise<HealthCheckResult> {
    return this.checks.check([() => this.providers.check(), () => this.decisions.check()]);
  }
}
