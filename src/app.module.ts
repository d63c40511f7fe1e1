import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { serviceConfig, type ServiceConfig } from './common/config/service-config.js';
import type { SecretText } from './common/secrets/secret-text.js';
import { InvalidConfigurationError } from './common/errors/ip-risk.error.js';
import { ApiModule } from './modules/api/api.module.js';
import { HealthModule } from './modules/health/health.module.js';
import type {
  AlertOptions,
  DatabaseLocation,
  IpRiskModuleOptions,
  SharedRedisOptions,
} from './modules/ip-risk/ip-risk-options.js';
import { IpRiskModule } from './modules/ip-risk/ip-risk.module.js';
import { MetricsModule } from './modules/metrics/metrics.module.js';
import { AlertsModule } from './modules/notifications/alerts.module.js';
import { readPolicyFile, type PolicySet } from './modules/policy/policy-file.js';
import { toAlertsOptions } from './service-alerts.js';
import { serviceProviders } from './service-providers.js';

/** The service: the engine of the library behind a REST API, set up by the environment. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [serviceConfig] }),
    IpRiskModule.forRootAsync({ isGlobal: true, inject: [serviceConfig.KEY], useFactory: toIpRiskOptions }),
    ApiModule.forRootAsync({
      inject: [serviceConfig.KEY],
      useFactory: ({ apiKeys, escalationBand, throttleLimit, hashKey }: ServiceConfig) => ({
        apiKeys,
        escalationBand,
        throttleLimit,
        hashKey,
      }),
    }),
    AlertsModule.forRootAsync({ inject: [serviceConfig.KEY], useFactory: toAlertsOptions }),
    MetricsModule.forRootAsync({
      inject: [serviceConfig.KEY],
      useFactory: ({ apiKeys }: ServiceConfig) => ({ defaultMetrics: true, apiKeys }),
    }),
    HealthModule,
  ],
})
export class AppModule {}

function toIpRiskOptions(config: ServiceConfig): IpRiskModuleOptions {
  return {
    providers: serviceProviders(config),
    ...(config.redisUrl === undefined ? {} : { redis: redisOptions(config.redisUrl, config) }),
    cache: { entries: config.cacheEntries, seconds: config.cacheSeconds },
    quotaBrake: { perPrefix: capOf(config.newPerPrefix), perAsn: capOf(config.newPerAsn) },
    strategy: config.strategy,
    quorum: config.quorum,
    combiner: config.combiner,
    weights: config.weights,
    escalationBand: config.escalationBand,
    trustedProxies: config.trustedProxies,
    clientIpHeader: config.clientIpHeader,
    policies: policiesOf(config),
    deadlineMs: config.deadlineMs,
    database: databaseOf(config),
    decisionLog: config.decisionLog,
    alerts: alertOptions(config),
    geoVelocity: {
      speedKmh: config.travelSpeedKmh,
      minDistanceKm: config.travelMinKm,
      trustDays: config.trustDays,
      retentionDays: config.retentionDays,
      addressDays: config.addressDays,
      ...(config.hashKey === undefined ? {} : { hashKey: config.hashKey.reveal() }),
    },
  };
}

function alertOptions({ alerts }: ServiceConfig): AlertOptions {
  const { windowMs, capPerHour, groupBy, asksUsers, publicUrl } = alerts;
  return {
    windowSeconds: windowMs / 1000,
    capPerHour,
    groupBy,
    ...(asksUsers && publicUrl !== undefined ? { askUsers: { publicUrl } } : {}),
  };
}

/** Where the database is without one of one's own, inside the data directory. */
const EMBEDDED_DIRECTORY = 'postgres';

function databaseOf(config: ServiceConfig): DatabaseLocation {
  const { databaseUrl, databaseSchema: schema, dataDirectory, decisionLog } = config;
  // A durable log needs it with the first request, which would wait for it.
  const isMadeWhenNeeded = decisionLog !== 'durable';
  return databaseUrl === undefined
    ? { directory: join(dataDirectory, EMBEDDED_DIRECTORY), schema, isMadeWhenNeeded }
    : { url: databaseUrl.reveal(), schema };
}

function redisOptions(url: SecretText, { cacheRedisUrl, hashKey, redisDeadlineMs }: ServiceConfig): SharedRedisOptions {
  return {
    url: url.reveal(),
    ...(redisDeadlineMs === undefined ? {} : { deadlineMs: redisDeadlineMs }),
    ...(cacheRedisUrl === undefined ? {} : { cacheUrl: cacheRedisUrl.reveal() }),
    ...(hashKey === undefined ? {} : { hashKey: hashKey.reveal() }),
  };
}

function policiesOf({ policyFile, mode }: ServiceConfig): PolicySet {
  try {
    return readPolicyFile(policyFile, mode);
  } catch (cause) {
    // The library names the file; the operator knows it by the variable.
    if (!(cause instanceof InvalidConfigurationError)) throw cause;
    throw new InvalidConfigurationError(`IP_RISK_POLICY_FILE: ${cause.message}`, { cause });
  }
}

/** 0 of a variable stands for no cap. */
function capOf(limit: number): number {
  return limit === 0 ? Infinity : limit;
}
