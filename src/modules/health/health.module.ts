import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DecisionsHealthIndicator } from './decisions.health.js';
import { HealthController } from './health.controller.js';
import { ProvidersHealthIndicator } from './providers.health.js';

/** Probes for load balancers and operators. Needs a global `IpRiskModule` beside it. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [DecisionsHealthIndicator, ProvidersHealthIndicator],
})
export class HealthModule {}
