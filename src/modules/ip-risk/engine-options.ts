import type { Clock } from '../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { EntrySeal } from '../../common/redis/entry-seal.js';
import { DEFAULT_ESCALATION_BAND } from '../policy/threshold-doubt.js';
import type { RedisStores } from '../../common/redis/redis-stores.js';
import type { IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import { RedisBreakerNews } from '../providers/protection/breaker-news/redis-breaker-news.js';
import { redisCreditLedger } from '../providers/protection/redis-credit-ledger.js';
import type { ProviderLookupOptions } from '../providers/lookup/lookup-options.js';
import { accountOf } from '../providers/vendor.js';
import { SCORE_COMBINERS, type ScoreCombiner } from '../scoring/score-combiner.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';

/** What the module's options say about asking providers. @throws InvalidConfigurationError */
export function lookupOptions(
  options: IpRiskModuleOptions,
  providers: readonly IpIntelligenceProvider[],
  { cache, lasting }: RedisStores,
  clock: Clock,
): ProviderLookupOptions {
  const { quorum, deadlineMs, bulkDeadlineMs, strategy, creditLedger, redis } = options;
  const accounts = new Map(providers.map((provider) => [provider.id, accountOf(provider)]));
  return {
    providers,
    clock,
    ledger: creditLedger ?? (lasting === undefined ? undefined : redisCreditLedger(lasting)),
    news:
      cache === undefined
        ? undefined
        : new RedisBreakerNews(cache, {
            seal: new EntrySeal(redis?.hashKey),
            accountOf: (providerId) => accounts.get(providerId) ?? '',
          }),
    ...(quorum === undefined ? {} : { quorum }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(bulkDeadlineMs === undefined ? {} : { bulkDeadlineMs }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

/** Far above any sense, far below where sums lose their precision. */
const MOST_WEIGHT = 1000;

/** How scores are combined. @throws InvalidConfigurationError */
export function combinerOf({ combiner: kind = 'max', weights = {}, providers }: IpRiskModuleOptions): ScoreCombiner {
  if (!SCORE_COMBINERS.includes(kind)) {
    throw new InvalidConfigurationError(`combiner: must be one of ${SCORE_COMBINERS.join(', ')}.`);
  }
  const known = ['unified', ...providers.map(({ id }) => id)];
  for (const [name, weight] of Object.entries(weights)) {
    if (known.includes(name) && weight >= 0 && weight <= MOST_WEIGHT) continue;
    throw new InvalidConfigurationError(
      `weights: ${name}: ${String(weight)} must be a number from 0 to ${MOST_WEIGHT} for one of: ${known.join(', ')}.`,
    );
  }
  if (kind !== 'weighted' && Object.keys(weights).length > 0) {
    throw new InvalidConfigurationError(
      "weights: they count for the combiner 'weighted' only; choose it or remove them.",
    );
  }
  return { kind, weights };
}

/** Points around a threshold that leave doubt. @throws InvalidConfigurationError */
export function escalationBandOf({ escalationBand = DEFAULT_ESCALATION_BAND }: IpRiskModuleOptions): number {
  if (escalationBand >= 0 && escalationBand <= 100) return escalationBand;
  throw new InvalidConfigurationError(`escalationBand: ${String(escalationBand)} is not a number from 0 to 100.`);
}
