import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { QuotaBrake } from '../providers/protection/quota-brake.js';

/** Reports the addresses that were kept from the vendors. Always up: braking is what it is for. */
@Injectable()
export class QuotaBrakeHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly brake: QuotaBrake,
  ) {}

  check(): HealthIndicatorResult {
    const { braked, lastBrakedAt, lastBrakedBy } = this.brake.report();
    return this.indicators.check('quota_brake').up({
      braked,
      last_braked_at: lastBrakedAt === undefined ? null : new Date(lastBrakedAt).toISOString(),
      last_braked_by: lastBrakedBy ?? null,
    });
  }
}
