import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import {
  IP_INTELLIGENCE_PROVIDERS,
  type IpIntelligenceProvider,
  type ProviderHealth,
} from '../providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../providers/provider-lookup.js';

/** Reports every provider without asking one. Degraded is not down; ready means that a quorum can answer. */
@Injectable()
export class ProvidersHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(IP_INTELLIGENCE_PROVIDERS) private readonly providers: readonly IpIntelligenceProvider[],
    private readonly lookup: ProviderLookup,
  ) {}

  check(): HealthIndicatorResult {
    const reports = this.providers.map((provider) => ({ id: provider.id, kind: provider.kind, ...healthOf(provider) }));
    const details = Object.fromEntries(
      reports.map(({ id, kind, status, details: facts }) => [id, { kind, provider_status: status, ...facts }]),
    );
    const answering = reports.filter(({ status }) => status !== 'down').map(({ id }) => id);
    const indicator = this.indicators.check('providers');
    return this.lookup.isQuorum(answering) ? indicator.up(details) : indicator.down(details);
  }
}

/** A provider whose report fails is not to be relied on. */
function healthOf(provider: IpIntelligenceProvider): ProviderHealth {
  try {
    return provider.health();
  } catch {
    return { status: 'down', details: { error: 'The provider could not report.' } };
  }
}
