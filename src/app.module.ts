import { Logger, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { serviceConfig, type ServiceConfig } from './common/config/service-config.js';
import { InvalidConfigurationError } from './common/errors/ip-risk.error.js';
import { ApiModule } from './modules/api/api.module.js';
import { HealthModule } from './modules/health/health.module.js';
import type { IpRiskModuleOptions } from './modules/ip-risk/ip-risk-options.js';
import { IpRiskModule } from './modules/ip-risk/ip-risk.module.js';
import { readPolicyFile, type PolicySet } from './modules/policy/policy-file.js';
import { parseFeedList } from './modules/providers/offline/feeds/feed-catalogue.js';
import { offline } from './modules/providers/offline/offline.provider.js';

/** The service: the engine of the library behind a REST API, set up by the environment. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [serviceConfig] }),
    IpRiskModule.forRootAsync({ isGlobal: true, inject: [serviceConfig.KEY], useFactory: toIpRiskOptions }),
    ApiModule.forRootAsync({
      inject: [serviceConfig.KEY],
      useFactory: ({ apiKeys }: ServiceConfig) => ({ apiKeys }),
    }),
    HealthModule,
  ],
})
export class AppModule {}

function toIpRiskOptions(config: ServiceConfig): IpRiskModuleOptions {
  const logger = new Logger('Offline');
  return {
    providers: [
      offline({
        ...(config.cityDb === undefined ? {} : { cityDb: config.cityDb }),
        ...(config.asnDb === undefined ? {} : { asnDb: config.asnDb }),
        feeds: parseFeedList(config.feeds),
        dataDirectory: config.dataDirectory,
        mayDownload: config.mayDownload,
        warn: (message) => {
          logger.warn(message);
        },
      }),
    ],
    trustedProxies: config.trustedProxies,
    clientIpHeader: config.clientIpHeader,
    policies: policiesOf(config),
    deadlineMs: config.deadlineMs,
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
