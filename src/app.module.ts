import { Logger, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { serviceConfig, type ServiceConfig } from './common/config/service-config.js';
import type { SecretText } from './common/config/secret-text.js';
import { InvalidConfigurationError } from './common/errors/ip-risk.error.js';
import { ApiModule } from './modules/api/api.module.js';
import { HealthModule } from './modules/health/health.module.js';
import type { IpRiskModuleOptions } from './modules/ip-risk/ip-risk-options.js';
import { IpRiskModule } from './modules/ip-risk/ip-risk.module.js';
import { readPolicyFile, type PolicySet } from './modules/policy/policy-file.js';
import type { CreditLedger } from './modules/providers/protection/credit-ledger.js';
import { redisCreditLedger } from './modules/providers/protection/redis-credit-ledger.js';
import { serviceProviders } from './service-providers.js';

/** The service: the engine of the library behind a REST API, set up by the environment. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [serviceConfig] }),
    IpRiskModule.forRootAsync({ isGlobal: true, inject: [serviceConfig.KEY], useFactory: toIpRiskOptions }),
    ApiModule.forRootAsync({
      inject: [serviceConfig.KEY],
      useFactory: ({ apiKeys, escalationBand }: ServiceConfig) => ({ apiKeys, escalationBand }),
    }),
    HealthModule,
  ],
})
export class AppModule {}

async function toIpRiskOptions(config: ServiceConfig): Promise<IpRiskModuleOptions> {
  return {
    providers: serviceProviders(config),
    ...(config.redisUrl === undefined ? {} : { creditLedger: await creditLedgerAt(config.redisUrl) }),
    strategy: config.strategy,
    quorum: config.quorum,
    combiner: config.combiner,
    weights: config.weights,
    escalationBand: config.escalationBand,
    trustedProxies: config.trustedProxies,
    clientIpHeader: config.clientIpHeader,
    policies: policiesOf(config),
    deadlineMs: config.deadlineMs,
  };
}

function creditLedgerAt(url: SecretText): Promise<CreditLedger> {
  const logger = new Logger('Redis');
  return redisCreditLedger(url.reveal(), (message) => {
    logger.warn(message);
  });
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
