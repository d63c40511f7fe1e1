import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import { knowsNothing, type IpIntelligence } from '../ip-intelligence.js';
import { failureIn, vendorFailureIn, type ProviderFailure, type Settled } from '../protection/provider-result.js';
import { type LookupOutcome } from './lookup-outcome.js';

/** One entry for each provider, in order of preference; `undefined` where it was not asked. */
export type Results = (Settled | undefined)[];

const NO_FAILURES: readonly ProviderFailure[] = Object.freeze([]);

/** Whom a provider speaks for: several that repeat one source are one voice. */
export function voiceOf({ id, source = id }: IpIntelligenceProvider): string {
  return source;
}

/** Says whether what came back is enough for a verdict. */
export class VerdictQuorum {
  private readonly places: ReadonlyMap<string, number>;
  private readonly voices: ReadonlyMap<string, string>;
  private readonly vendors: ReadonlySet<string>;

  constructor(
    providers: readonly IpIntelligenceProvider[],
    private readonly quorum: number,
  ) {
    this.places = new Map(providers.map(({ id }, index) => [id, index]));
    this.voices = new Map(providers.map((provider) => [provider.id, voiceOf(provider)]));
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
    return new Set(counting.map((id) => this.voices.get(id))).size >= this.quorum;
  }

  /** @param askedVendors where they exist and were not asked, because offline data left no doubt, one answer is enough. */
  outcomeOf(results: Readonly<Results>, askedVendors: boolean): LookupOutcome {
    return askedVendors ? this.vendorOutcome(results) : this.offlineOutcome(results);
  }

  /** Of offline data a location is enough: it has lists of what is bad, and a home line is on none of them. */
  private offlineOutcome(results: Readonly<Results>): LookupOutcome {
    const answers: IpIntelligence[] = [];
    let failures: ProviderFailure[] | undefined;
    for (const result of results) {
      if (result === undefined) continue;
      const failure = failureIn(result);
      if (failure === undefined) answers.push(result as IpIntelligence);
      else (failures ??= []).push(failure);
    }
    const needed = this.vendors.size === 0 ? this.quorum : 1;
    // One answer is one voice; to look for repeated ones would cost every request that offline data decides.
    const voices = needed === 1 ? answers.length : new Set(answers.map((answer) => this.voiceIn(answer))).size;
    return { answers, failures: failures ?? NO_FAILURES, hasQuorum: voices >= needed, askedVendors: false };
  }

  /** A vendor that says nothing of risk is kept for the little it knows, and is a failure all the same. */
  private vendorOutcome(results: Readonly<Results>): LookupOutcome {
    const answers: IpIntelligence[] = [];
    const failures: ProviderFailure[] = [];
    const voices = new Set<string>();
    for (const result of results) {
      if (result === undefined) continue;
      const isVendor = this.vendors.has(result.providerId);
      const failure = isVendor ? vendorFailureIn(result) : failureIn(result);
      if (failure !== undefined) failures.push(failure);
      if (!('facts' in result) || knowsNothing(result)) continue;
      answers.push(result);
      if (isVendor && failure === undefined) voices.add(this.voiceIn(result));
    }
    return { answers, failures, hasQuorum: voices.size >= this.quorum, askedVendors: true };
  }

  private voiceIn({ providerId, source = this.voices.get(providerId) ?? providerId }: IpIntelligence): string {
    return source;
  }
}
