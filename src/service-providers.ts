import { Logger } from '@nestjs/common';
import type { ServiceConfig } from './common/config/service-config.js';
import { InvalidConfigurationError } from './common/errors/ip-risk.error.js';
import * as library from './index.js';
import type { IpIntelligenceProvider } from './modules/providers/ip-intelligence-provider.js';
import { parseFeedList } from './modules/providers/offline/feeds/feed-catalogue.js';
import { offline } from './modules/providers/offline/offline.provider.js';
import { isVendorFactory } from './modules/providers/vendor.js';

/** Every vendor that the library exports: a new one needs its line there and none here. */
const exported: readonly unknown[] = Object.values(library);
const VENDORS = exported.filter(isVendorFactory);

/**
 * The providers that `IP_RISK_PROVIDERS` names, in its order.
 *
 * @throws InvalidConfigurationError for a name that does not exist, one that comes twice, and a vendor without its key.
 */
export function serviceProviders(config: ServiceConfig): IpIntelligenceProvider[] {
  const twice = config.providers.find((name, index) => config.providers.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidConfigurationError(`IP_RISK_PROVIDERS names ${twice} twice; remove one.`);
  if (config.providers.length === 0) {
    throw new InvalidConfigurationError('IP_RISK_PROVIDERS is empty; offline needs no account.');
  }
  const unused = VENDORS.filter(({ vendor }) => !config.providers.includes(vendor.name)).filter(({ vendor }) =>
    config.vendorVariables.hasKey(vendor),
  );
  for (const { vendor } of unused) {
    new Logger('Providers').warn(
      `${vendor.keyVariable} is set, but IP_RISK_PROVIDERS does not name ${vendor.name}: it is not asked.`,
    );
  }
  return config.providers.map((name) => serviceProvider(name, config));
}

function serviceProvider(name: string, config: ServiceConfig): IpIntelligenceProvider {
  if (name === 'offline') return offlineProvider(config);
  const create = VENDORS.find(({ vendor }) => vendor.name === name);
  if (create !== undefined && !config.mayDownload) {
    throw new InvalidConfigurationError(
      `IP_RISK_NO_EGRESS is true, and IP_RISK_PROVIDERS names ${name}, which is asked over the network; change one.`,
    );
  }
  if (create !== undefined) return create(config.vendorVariables.of(create.vendor));
  const known = ['offline', ...VENDORS.map(({ vendor }) => vendor.name)].join(', ');
  throw new InvalidConfigurationError(`IP_RISK_PROVIDERS: there is no provider "${name}"; use some of: ${known}.`);
}

function offlineProvider(config: ServiceConfig): IpIntelligenceProvider {
  const logger = new Logger('Offline');
  return offline({
    ...(config.cityDb === undefined ? {} : { cityDb: config.cityDb }),
    ...(config.asnDb === undefined ? {} : { asnDb: config.asnDb }),
    feeds: parseFeedList(config.feeds),
    dataDirectory: config.dataDirectory,
    mayDownload: config.mayDownload,
    warn: (message) => {
      logger.warn(message);
    },
  });
}
