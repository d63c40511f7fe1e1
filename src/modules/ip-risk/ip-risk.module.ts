import { Inject, Logger, Module, type OnApplicationShutdown, type OnModuleInit, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CLOCK, systemClock, type Clock } from '../../common/clock/clock.js';
import { ClientIpResolver } from '../../common/ip/client-ip.js';
import { TrustedProxies } from '../../common/ip/trusted-proxies.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { MemoryCache } from '../caching/memory-cache.js';
import { withKnownScorecards } from '../policy/known-scorecards.js';
import { POLICY_SET, readPolicyFile, type PolicySet } from '../policy/policy-file.js';
import { IP_INTELLIGENCE_PROVIDERS, type IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { DecisionCounters } from '../screening/decision-counters.js';
import { FailModeLog } from '../screening/fail-mode-log.js';
import { RiskEvents } from '../screening/risk-events.js';
import { ScreeningService } from '../screening/screening.service.js';
import { combinerOf, escalationBandOf, lookupOptions } from './engine-options.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';
import { IpRiskGuard } from './ip-risk.guard.js';
import { ConfigurableModuleClass, IP_RISK_OPTIONS } from './ip-risk.module-definition.js';
import { ProtectedRoutes } from './protected-routes.js';

const services: Provider[] = [
  {
    provide: CLOCK,
    inject: [IP_RISK_OPTIONS],
    useFactory: ({ clock }: IpRiskModuleOptions): Clock => clock ?? systemClock,
  },
  {
    provide: IP_INTELLIGENCE_PROVIDERS,
    inject: [IP_RISK_OPTIONS],
    useFactory: ({ providers }: IpRiskModuleOptions) => providers,
  },
  {
    provide: POLICY_SET,
    inject: [IP_RISK_OPTIONS, IP_INTELLIGENCE_PROVIDERS],
    useFactory: ({ policies, strategy }: IpRiskModuleOptions, providers: readonly IpIntelligenceProvider[]) =>
      withKnownScorecards(policies ?? readPolicyFile(), providers, strategy),
  },
  {
    provide: ClientIpResolver,
    inject: [IP_RISK_OPTIONS],
    useFactory: ({ trustedProxies = [], clientIpHeader = 'x-forwarded-for' }: IpRiskModuleOptions) =>
      new ClientIpResolver({ trustedProxies: TrustedProxies.from(trustedProxies), header: clientIpHeader }),
  },
  {
    provide: ProviderLookup,
    inject: [IP_RISK_OPTIONS, IP_INTELLIGENCE_PROVIDERS, CLOCK],
    useFactory: (options: IpRiskModuleOptions, providers: readonly IpIntelligenceProvider[], clock: Clock) =>
      new ProviderLookup(lookupOptions(options, providers, clock)),
  },
  {
    provide: AssessmentService,
    inject: [IP_RISK_OPTIONS, ProviderLookup, CLOCK],
    useFactory: (options: IpRiskModuleOptions, lookup: ProviderLookup, clock: Clock) => {
      const cache = new MemoryCache<RiskAssessment>({ maxEntries: options.cacheEntries ?? 50_000, clock });
      return new AssessmentService(lookup, cache, clock, combinerOf(options));
    },
  },
  DecisionCounters,
  {
    provide: RiskEvents,
    inject: [DecisionCounters, CLOCK],
    useFactory: (counters: DecisionCounters, clock: Clock) => {
      const logger = new Logger('IpRisk');
      const events = new RiskEvents((error) => {
        // The name only: a message may hold an address.
        logger.error(`A listener to decisions failed: ${error instanceof Error ? error.name : 'not an Error'}.`);
      });
      const failModes = new FailModeLog((line) => {
        logger.warn(line);
      }, clock);
      events.subscribe(counters.count);
      events.subscribe(failModes.record);
      return events;
    },
  },
  {
    provide: ScreeningService,
    inject: [IP_RISK_OPTIONS, AssessmentService, RiskEvents],
    useFactory: (options: IpRiskModuleOptions, assessments: AssessmentService, events: RiskEvents) =>
      new ScreeningService(assessments, events, escalationBandOf(options)),
  },
  {
    provide: ProtectedRoutes,
    inject: [POLICY_SET, DiscoveryService, MetadataScanner],
    useFactory: (policies: PolicySet, discovery: DiscoveryService, scanner: MetadataScanner) =>
      new ProtectedRoutes(policies, discovery, scanner),
  },
  IpRiskGuard,
];

/** `IpRiskModule.forRoot({ providers: [offline()] })`, once, in the root module. */
@Module({ imports: [DiscoveryModule], providers: services, exports: services })
export class IpRiskModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(IP_INTELLIGENCE_PROVIDERS) private readonly providers: readonly IpIntelligenceProvider[],
    private readonly lookup: ProviderLookup,
    @Inject(IP_RISK_OPTIONS) private readonly options: IpRiskModuleOptions,
  ) {
    super();
  }

  /** The first request finds every provider's data loaded. */
  async onModuleInit(): Promise<void> {
    await Promise.all([this.lookup.start(), ...this.providers.map(async (provider) => provider.start?.())]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.providers.map(async (provider) => provider.stop?.()));
    this.options.creditLedger?.close?.();
  }
}
