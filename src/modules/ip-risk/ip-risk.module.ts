import { Inject, Module, type OnApplicationShutdown, type OnModuleInit, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CLOCK, systemClock, type Clock } from '../../common/clock/clock.js';
import { ClientIpResolver } from '../../common/ip/client-ip.js';
import { TrustedProxies } from '../../common/ip/trusted-proxies.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import { closeStores, REDIS_STORES, type RedisStores } from '../../common/redis/redis-stores.js';
import { withKnownScorecards } from '../policy/known-scorecards.js';
import { POLICY_SET, readPolicyFile, type PolicySet } from '../policy/policy-file.js';
import { IP_INTELLIGENCE_PROVIDERS, type IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { QuotaBrake } from '../providers/protection/quota-brake.js';
import { alerting } from './alerting.js';
import { decisionLog } from './decision-log.js';
import { loginHistory } from './login-history.js';
import { dailyUpkeep } from './daily-upkeep.js';
import { DatabaseLifecycle } from './database.lifecycle.js';
import { combinerOf, lookupOptions } from './engine-options.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';
import { IpRiskGuard } from './ip-risk.guard.js';
import { ConfigurableModuleClass, IP_RISK_OPTIONS } from './ip-risk.module-definition.js';
import { ProtectedRoutes } from './protected-routes.js';
import { ProviderWatchLifecycle } from './provider-watch.lifecycle.js';
import { screening } from './screening.js';
import { openStores, quotaBrake, sharedTier } from './shared-state.js';

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
    inject: [IP_RISK_OPTIONS, IP_INTELLIGENCE_PROVIDERS, REDIS_STORES, CLOCK],
    useFactory: (
      options: IpRiskModuleOptions,
      providers: readonly IpIntelligenceProvider[],
      stores: RedisStores,
      clock: Clock,
    ) => new ProviderLookup(lookupOptions(options, providers, stores, clock)),
  },
  {
    provide: REDIS_STORES,
    inject: [IP_RISK_OPTIONS, CLOCK],
    useFactory: openStores,
  },
  {
    provide: QuotaBrake,
    inject: [IP_RISK_OPTIONS, REDIS_STORES, CLOCK],
    useFactory: quotaBrake,
  },
  {
    provide: AssessmentService,
    inject: [IP_RISK_OPTIONS, ProviderLookup, REDIS_STORES, QuotaBrake, CLOCK],
    useFactory: (
      options: IpRiskModuleOptions,
      lookup: ProviderLookup,
      stores: RedisStores,
      brake: QuotaBrake,
      clock: Clock,
    ) =>
      new AssessmentService({
        lookup,
        clock,
        brake,
        combiner: combinerOf(options),
        shared: sharedTier(options, stores, lookup, clock),
        ...(options.cache === undefined ? {} : { cache: options.cache }),
      }),
  },
  ...screening,
  {
    provide: ProtectedRoutes,
    inject: [IP_RISK_OPTIONS, POLICY_SET, DiscoveryService, MetadataScanner],
    useFactory: (
      { database }: IpRiskModuleOptions,
      policies: PolicySet,
      discovery: DiscoveryService,
      scanner: MetadataScanner,
    ) => new ProtectedRoutes(policies, discovery, scanner, database !== undefined),
  },
  IpRiskGuard,
  ...loginHistory,
  ...alerting,
  ...decisionLog,
  dailyUpkeep,
  DatabaseLifecycle,
  ProviderWatchLifecycle,
];

/** `IpRiskModule.forRoot({ providers: [offline()] })`, once, in the root module. */
@Module({ imports: [DiscoveryModule], providers: services, exports: services })
export class IpRiskModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(IP_INTELLIGENCE_PROVIDERS) private readonly providers: readonly IpIntelligenceProvider[],
    private readonly lookup: ProviderLookup,
    @Inject(IP_RISK_OPTIONS) private readonly options: IpRiskModuleOptions,
    @Inject(REDIS_STORES) private readonly stores: RedisStores,
  ) {
    super();
  }

  /** The first request finds every provider's data loaded. */
  async onModuleInit(): Promise<void> {
    await Promise.all([this.lookup.start(), ...this.providers.map(async (provider) => provider.start?.())]);
  }

  /** Ends all of it, also where one provider cannot. */
  async onApplicationShutdown(): Promise<void> {
    this.lookup.stop();
    const ends = this.providers.map(async (provider) => provider.stop?.());
    closeStores(this.stores);
    this.options.creditLedger?.close?.();
    await Promise.all(ends);
  }
}
