import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { ProvidersHealthIndicator } from './providers.health.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly providers: ProvidersHealthIndicator,
  ) {}

  /** The process runs. Says nothing about what it can do. */
  @Get('live')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The process runs' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The service can give verdicts; 503 when it cannot. */
  @Get('ready')
  @ApiOperation({ summary: 'Verdicts can be given', description: 'Asks no provider anything and costs nothing.' })
  @ApiOkResponse({ description: 'Each provider with its data dates and feeds' })
  @ApiServiceUnavailableResponse({ description: 'No provider that counts is up' })
  ready(): Promise<HealthCheckResult> {
    return this.checks.check([() => this.providers.check()]);
  }
}
