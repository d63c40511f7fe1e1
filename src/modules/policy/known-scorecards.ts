import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import type { IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import type { LookupStrategy } from '../providers/lookup/lookup-options.js';
import { SCORECARDS } from '../scoring/scorecards.js';
import type { PolicySet } from './policy-file.js';

/**
 * The policies, once each one's scorecard is known to exist, a card of ours or a configured provider that scores, and
 * to be asked for under the strategy.
 *
 * @throws InvalidConfigurationError naming the policy.
 */
export function withKnownScorecards(
  set: PolicySet,
  providers: readonly IpIntelligenceProvider[],
  strategy: LookupStrategy = 'parallel',
): PolicySet {
  const scoring = providers.filter(({ scorecard }) => scorecard !== undefined).map(({ id }) => id);
  const known = [...Object.keys(SCORECARDS), ...scoring];
  for (const { name, scorecard } of set.policies.values()) {
    const isVendors = scoring.includes(scorecard);
    if (isVendors && strategy === 'fallback' && providers.filter(({ kind }) => kind === 'vendor').length > 1) {
      throw new InvalidConfigurationError(
        `Policy "${name}" goes by the scorecard of ${scorecard}, which the strategy fallback may never ask; choose parallel or escalate.`,
      );
    }
    if (known.includes(scorecard)) continue;
    throw new InvalidConfigurationError(
      `Policy "${name}": there is no scorecard "${scorecard}"; use one of: ${known.join(', ')}, or add the provider of that name.`,
    );
  }
  return set;
}
