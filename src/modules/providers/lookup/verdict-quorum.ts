import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import { failureIn, type ProviderFailure, type Settled } from '../protection/provider-result.js';
import { type LookupOutcome } from './lookup-outcome.js';

/** One entry for each provider, in order of preference; `undefined` where it was not asked. */
export type Results = (Settled | undefined)[];

const NO_FAILURES: readonly ProviderFailure[] = Object.freeze([]);

/** Says whether what came back is enough for a verdict. */
export class VerdictQuorum {
  private readonly places: ReadonlyMap<string, number>;
  private readonly vendors: ReadonlySet<string>;

  constructor(
    providers: readonly IpIntelligenceProvider[],
    private readonly quorum: number,
  ) {
    this.places = new Map(providers.map(({ id }, index) => [id, index]));
    this.vendors = new Set(providers.filter(({ kind }) => kind === 'vendor').map(({ id }) => id));
  }

  /** Writes a result into its provider's place. */
  put(results: Results, result: Settled): void {
    const place = this.places.get(result.providerId);
    if (place !== undefined) results[place] = result;
  }

  /** True when answers of these providers would be enough. */
  isQuorum(providerIds: readonly string[]): boolean {
    const counting = this.vendors.size === 0 ? providerIds : providerIds.filter((id) => this.vendors.has(id));
    return counting.length >= this.quorum;
  }

  /** @param askedVendors where they exist and were not asked, because offline data left no doubt, one answer is enough. */
  outcomeOf(results: Readonly<Results>, askedVendors: boolean): LookupOutcome {
    const answers: IpIntelligence[] = [];
    let failures: ProviderFailure[] | undefined;
    let counting = 0;
    for (const result of results) {
      if (result === undefined) continue;
      const failure = failureIn(result);
      if (failure !== undefined) {
        failures ??= [];
        failures.push(failure);
      } else {
        answers.push(result as IpIntelligence);
        if (!askedVendors || this.vendors.has(result.providerId)) counting += 1;
      }
    }
    const needed = askedVendors || this.vendors.size === 0 ? this.quorum : 1;
    return { answers, failures: failures ?? NO_FAILURES, hasQuorum: counting >= needed, askedVendors };
  }
}
