import { collectDefaultMetrics, Registry } from 'prom-client';
import { registerAlertMetrics, type AlertSources } from './families/alert-metrics.js';
import { registerCacheMetrics, type CacheSources } from './families/cache-metrics.js';
import { registerDecisionLogMetrics, type DecisionLogSources } from './families/decision-log-metrics.js';
import { registerDecisionMetrics, type DecisionSources } from './families/decision-metrics.js';
import { registerProviderMetrics, type ProviderSources } from './families/provider-metrics.js';
import { registerStorageMetrics, type StorageSources } from './families/storage-metrics.js';
import { registerTravelMetrics, type TravelSources } from './families/travel-metrics.js';
import { SnapshotMetrics } from './snapshot-metrics.js';

/** Whose counts are exported. What is not there has no metrics. */
export interface MetricSources extends DecisionSources, ProviderSources, CacheSources, StorageSources {
  readonly travel: TravelSources | undefined;
  readonly log: DecisionLogSources | undefined;
  readonly alerts: AlertSources | undefined;
}

/**
 * What this process did, for Prometheus. All values are read at the scrape, out of counts that are kept anyway; their
 * number depends on the configuration and not on who sends requests.
 */
export class IpRiskMetrics {
  /** Its own: `Registry.merge([metrics.registry, yours])` joins it with an application's. */
  readonly registry = new Registry();

  /** @param hasDefaults adds those of the process and of Node.js. */
  constructor(sources: MetricSources, hasDefaults: boolean) {
    const metrics = new SnapshotMetrics(this.registry);
    registerDecisionMetrics(metrics, sources);
    registerProviderMetrics(metrics, sources);
    registerCacheMetrics(metrics, sources);
    registerStorageMetrics(metrics, sources);
    if (sources.travel !== undefined) registerTravelMetrics(metrics, sources.travel);
    if (sources.log !== undefined) registerDecisionLogMetrics(metrics, sources.log);
    if (sources.alerts !== undefined) registerAlertMetrics(metrics, sources.alerts);
    if (hasDefaults) collectDefaultMetrics({ register: this.registry });
  }

  /** Of {@link IpRiskMetrics.text}. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
