import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import {
  IP_INTELLIGENCE_PROVIDERS,
  type IpIntelligenceProvider,
  type ProviderHealth,
} from '../providers/ip-intelligence-provider.js';
import { ownHealth } from '../providers/protection/vendor-lane.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';

/**
 * Reports every provider without asking one. Degraded is not down; ready means that there can be a verdict: a quorum can
 * answer, or, where vendors are asked in doubt only, an offline provider.
 */
@Injectable()
export class ProvidersHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(IP_INTELLIGENCE_PROVIDERS) private readonly providers: readonly IpIntelligenceProvider[],
    private readonly lookup: ProviderLookup,
  ) {}

  check(): HealthIndicatorResult {
    const reports = this.providers.map((provider) => ({
      id: provider.id,
      kind: provider.kind,
      ...this.healthOf(provider),
    }));
    const details = Object.fromEntries(
      reports.map(({ id, kind, status, details: facts }) => [id, { kind, provider_status: status, ...facts }]),
    );
    const answering = reports.filter(({ status }) => status !== 'down').map(({ id }) => id);
    const indicator = this.indicators.check('providers');
    return this.lookup.isQuorum(answering) ? indicator.up(details) : indicator.down(details);
  }

  private healthOf(provider: IpIntelligenceProvider): ProviderHealth {
    const lane = this.lookup.lanes.find((candidate) => candidate.provider === provider);
    if (lane === undefined) return ownHealth(provider);
    const { health, breaker, heard, budgetLeft, lastSuccessAt, p50Ms, p95Ms, calls, refused } = lane.report();
    const details = {
      breaker,
      heard: heard ?? null,
      last_success: lastSuccessAt === undefined ? null : new Date(lastSuccessAt).toISOString(),
      p50_ms: p50Ms ?? null,
      p95_ms: p95Ms ?? null,
      budget_left: budgetLeft ?? null,
      calls,
      refused,
      ...health.details,
    };
    return { status: health.status, details };
  }
}
