import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AlertsHealthIndicator } from './alerts.health.js';
import { DatabaseHealthIndicator } from './database.health.js';
import { DecisionLogHealthIndicator } from './decision-log.health.js';
import { DecisionsHealthIndicator } from './decisions.health.js';
import { HealthController } from './health.controller.js';
import { ProvidersHealthIndicator } from './providers.health.js';
import { QuotaBrakeHealthIndicator } from './quota-brake.health.js';
import { RedisHealthIndicator } from './redis.health.js';

/** Probes for load balancers and operators. Needs a global `IpRiskModule` beside it. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [
    AlertsHealthIndicator,
    DatabaseHealthIndicator,
    DecisionLogHealthIndicator,
    DecisionsHealthIndicator,
    ProvidersHealthIndicator,
    QuotaBrakeHealthIndicator,
    RedisHealthIndicator,
  ],
})
export class HealthModule {}
