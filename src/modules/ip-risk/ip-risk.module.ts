import { Inject, Logger, Module, type OnApplicationShutdown, type OnModuleInit, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CLOCK, systemClock, type Clock } from '../../common/clock/clock.js';
import { ClientIpResolver } from '../../common/ip/client-ip.js';
import { TrustedProxies } from '../../common/ip/trusted-proxies.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { MemoryCache } from '../caching/memory-cache.js';
import { POLICY_SET, readPolicyFile, type PolicySet } from '../policy/policy-file.js';
import { IP_INTELLIGENCE_PROVIDERS, type IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../providers/provider-lookup.js';
import { DecisionCounters } from '../screening/decision-counters.js';
import { FailModeLog } from '../screening/fail-mode-log.js';
import { RiskEvents } from '../screening/risk-events.js';
import { ScreeningService } from '../screening/screening.service.js';
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
    inject: [IP_RISK_OPTIONS],
    useFactory: ({ policies }: IpRiskModuleOptions) => policies ?? readPolicyFile(),
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
    useFactory: (
      { quorum = 1, deadlineMs = 300 }: IpRiskModuleOptions,
      providers: readonly IpIntelligenceProvider[],
      clock: Clock,
    ) => new ProviderLookup({ providers, quorum, deadlineMs, clock }),
  },
  {
    provide: AssessmentService,
    inject: [IP_RISK_OPTIONS, ProviderLookup, CLOCK],
    useFactory: ({ cacheEntries = 50_000 }: IpRiskModuleOptions, lookup: ProviderLookup, clock: Clock) =>
      new AssessmentService(lookup, new MemoryCache<RiskAssessment>({ maxEntries: cacheEntries, clock }), clock),
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
    inject: [AssessmentService, RiskEvents],
    useFactory: (assessments: AssessmentService, events: RiskEvents) => new ScreeningService(assessments, events),
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
  constructor(@Inject(IP_INTELLIGENCE_PROVIDERS) private readonly providers: readonly IpIntelligenceProvider[]) {
    super();
  }

  /** The first request finds every provider's data loaded. */
  async onModuleInit(): Promise<void> {
    await Promise.all(this.providers.map(async (provider) => provider.start?.()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.providers.map(async (provider) => provider.stop?.()));
  }
}
