import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { Registry } from 'prom-client';
import { IpRiskMetrics } from './ip-risk-metrics.js';
import { MetricsAccessGuard } from './metrics-access.guard.js';

@Controller('metrics')
@UseGuards(MetricsAccessGuard)
export class MetricsController {
  constructor(private readonly metrics: IpRiskMetrics) {}

  /** What Prometheus scrapes. Waits for nothing outside of the process. */
  @Get()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Header('cache-control', 'no-store')
  read(): Promise<string> {
    return this.metrics.text();
  }
}
