import type { IpIntelligence } from '../ip-intelligence.js';
import type { ProviderFailure } from '../protection/provider-result.js';

/** What asking the providers came to. */
export interface LookupOutcome {
  /** In order of preference. */
  readonly answers: readonly IpIntelligence[];
  readonly failures: readonly ProviderFailure[];
  /** At least `quorum` of the providers that count answered in time. */
  readonly hasQuorum: boolean;
  /** False where offline data alone was enough, or there is no vendor. */
  readonly askedVendors: boolean;
}
