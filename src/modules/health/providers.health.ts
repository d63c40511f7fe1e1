import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { IP_INTELLIGENCE_PROVIDERS, type IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';

/** Reports every provider without asking one. Degraded is not down. */
@Injectable()
export class ProvidersHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(IP_INTELLIGENCE_PROVIDERS) private readonly providers: readonly IpIntelligenceProvider[],
  ) {}

  check(): HealthIndicatorResult {
    const details = Object.fromEntries(
      this.providers.map((provider) => {
        const { status, details: facts } = provider.health();
        return [provider.id, { kind: provider.kind, provider_status: status, ...facts }];
      }),
    );
    const indicator = this.indicators.check('providers');
    return this.canDecide() ? indicator.up(details) : indicator.down(details);
  }

  /** Vendors count where there are any, otherwise offline providers do. */
  private canDecide(): boolean {
    const vendors = this.providers.filter(({ kind }) => kind === 'vendor');
    return (vendors.length > 0 ? vendors : this.providers).some((provider) => provider.health().status !== 'down');
  }
}
