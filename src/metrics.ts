/** The door for metrics: `nestjs-ip-risk/metrics`. Loads prom-client. */
export { MetricsModule } from './modules/metrics/metrics.module.js';
export { IpRiskMetrics } from './modules/metrics/ip-risk-metrics.js';
export type { MetricsKeys, MetricsModuleOptions, MetricsRequest } from './modules/metrics/metrics-options.js';
