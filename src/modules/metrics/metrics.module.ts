import { ConfigurableModuleBuilder, Module, type FactoryProvider } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { REDIS_STORES, type RedisStores } from '../../common/redis/redis-stores.js';
import { ChannelHealth } from '../alerting/channel-health.js';
import { DeliveryCounters } from '../alerting/delivery-counters.js';
import { AlertDeliveries } from '../alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from '../alerting/outbox/alert-outbox.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import { DecisionLog } from '../decisions/decision-log.js';
import { LoginCounters } from '../geo-velocity/logins/login-counters.js';
import { POLICY_SET, type PolicySet } from '../policy/policy-file.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { QuotaBrake } from '../providers/protection/quota-brake.js';
import { DecisionCounters } from '../screening/decision-counters.js';
import { DATABASE, type Database } from '../storage/database.js';
import { AlertTallyGlance } from './alert-tally-glance.js';
import type { AlertSources } from './families/alert-metrics.js';
import { IpRiskMetrics, type MetricSources } from './ip-risk-metrics.js';
import { METRICS_OPTIONS, type MetricsModuleOptions } from './metrics-options.js';
import { MetricsAccessGuard } from './metrics-access.guard.js';
import { MetricsController } from './metrics.controller.js';

const ALERT_SOURCES = Symbol('IP_RISK:ALERT_SOURCES');
const METRIC_SOURCES = Symbol('IP_RISK:METRIC_SOURCES');

const optional = (token: FactoryProvider['provide']): { token: FactoryProvider['provide']; optional: true } => ({
  token,
  optional: true,
});

/** Alerts are raised, and delivered, where the application says so. */
const alertSources: FactoryProvider = {
  provide: ALERT_SOURCES,
  inject: [
    DATABASE,
    CLOCK,
    optional(AlertOutbox),
    optional(AlertDeliveries),
    optional(ChannelHealth),
    optional(DeliveryCounters),
  ],
  useFactory: (
    database: Database,
    clock: Clock,
    outbox: AlertOutbox | undefined,
    deliveries: AlertDeliveries | undefined,
    channel: ChannelHealth | undefined,
    counters: DeliveryCounters | undefined,
  ): AlertSources | undefined => {
    if (outbox === undefined || deliveries === undefined) return undefined;
    return { outbox, tally: new AlertTallyGlance(deliveries, database, clock), clock, channel, deliveries: counters };
  },
};

const metricSources: FactoryProvider = {
  provide: METRIC_SOURCES,
  inject: [
    DecisionCounters,
    POLICY_SET,
    ProviderLookup,
    QuotaBrake,
    AssessmentService,
    REDIS_STORES,
    DATABASE,
    optional(LoginCounters),
    optional(DecisionLog),
    optional(ALERT_SOURCES),
  ],
  useFactory: (
    decisions: DecisionCounters,
    { policies }: PolicySet,
    lookup: ProviderLookup,
    brake: QuotaBrake,
    assessments: AssessmentService,
    stores: RedisStores,
    database: Database,
    logins: LoginCounters | undefined,
    decisionLog: DecisionLog | undefined,
    alerts: AlertSources | undefined,
  ): MetricSources => ({
    decisions,
    policies: [...policies.keys()],
    lookup,
    brake,
    assessments,
    stores,
    database,
    travel: logins === undefined || database.report().kind === 'none' ? undefined : { logins },
    log: decisionLog && { decisionLog },
    alerts,
  }),
};

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<MetricsModuleOptions>({
  moduleName: 'Metrics',
  optionsInjectionToken: METRICS_OPTIONS,
})
  .setClassMethodName('forRoot')
  // Without the route an application has an own one, for this registry and others.
  .setExtras({ hasRoute: true }, (definition, { hasRoute }) => ({
    ...definition,
    controllers: hasRoute ? [MetricsController] : [],
  }))
  .build();

/**
 * `GET /metrics` for Prometheus, and {@link IpRiskMetrics} for whoever has a registry of their own. Needs a global
 * `IpRiskModule` beside it.
 */
@Module({
  providers: [
    alertSources,
    metricSources,
    MetricsAccessGuard,
    {
      provide: IpRiskMetrics,
      inject: [METRIC_SOURCES, METRICS_OPTIONS],
      useFactory: (sources: MetricSources, { defaultMetrics = false }: MetricsModuleOptions) =>
        new IpRiskMetrics(sources, defaultMetrics),
    },
  ],
  exports: [IpRiskMetrics],
})
export class MetricsModule extends ConfigurableModuleClass {}
