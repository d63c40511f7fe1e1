import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import type { SpecialPurpose } from '../../common/ip/special-purpose.js';
import type { Loaded } from '../caching/tiered-cache.js';
import type { IpIntelligence } from '../providers/ip-intelligence.js';
import type { LookupOutcome } from '../providers/lookup/lookup-outcome.js';
import type { OfflineAnswers, ProviderLookup } from '../providers/lookup/provider-lookup.js';
import type { Settled } from '../providers/protection/provider-result.js';
import type { QuotaBrake } from '../providers/protection/quota-brake.js';
import type { ScoreCombiner } from '../scoring/score-combiner.js';
import { OutcomeAssessor } from './outcome-assessor.js';
import type { RiskAssessment } from './risk-assessment.js';
import { readSharedOutcome, sharedOutcome, vendorsMissedIn } from './shared-outcome.js';

export interface AddressAssessorOptions {
  readonly lookup: ProviderLookup;
  readonly clock: Clock;
  readonly combiner: ScoreCombiner;
  readonly brake?: QuotaBrake | undefined;
}

/** Makes the assessment of one address that no cache knows. Nothing here throws or rejects. */
export class AddressAssessor {
  private readonly outcomes: OutcomeAssessor;

  constructor(private readonly options: AddressAssessorOptions) {
    this.outcomes = new OutcomeAssessor(options.clock, options.combiner);
  }

  /** A special-purpose address is answered at once and never sent to a provider. */
  notApplicable(address: IpAddress, specialPurpose: SpecialPurpose): RiskAssessment {
    return this.outcomes.notApplicable(address, specialPurpose);
  }

  byOffline(address: IpAddress): MaybePromise<RiskAssessment> {
    const { lookup } = this.options;
    const outcome = lookup.offlineOutcome(address, lookup.askOffline(address));
    return whenReady(outcome, (known) => this.outcomes.assess(address, known));
  }

  /**
   * Asks vendors, unless the quota brake holds them back: then what offline data says stands in for their verdict.
   *
   * @param spentMs milliseconds of the deadline that are gone.
   * @param isKnown true for an address whose verdict is renewed: only new ones are held back.
   */
  byVendors(address: IpAddress, spentMs: number, isKnown: boolean): MaybePromise<Loaded<RiskAssessment>> {
    const { lookup, brake, clock } = this.options;
    const startedAt = clock.now();
    const offline = lookup.askOffline(address);
    // What costs nothing is not counted: an outage must not use up what its networks may cost afterwards.
    const admission = brake === undefined || isKnown || !lookup.mayAsk() || brake.admit(address, asnIn(offline));
    return whenReady(admission, (isAdmitted) => {
      if (!isAdmitted) return this.braked(address, offline);
      // A brake that counts for every process takes time, too.
      const allSpentMs = spentMs + Math.max(0, clock.now() - startedAt);
      return lookup.askVendorsAfter(allSpentMs, address, offline).then((outcome) => this.loaded(address, outcome));
    });
  }

  /** What is kept, and what other processes make it out of. */
  loaded(address: IpAddress, outcome: LookupOutcome): Loaded<RiskAssessment> {
    return { value: this.outcomes.assess(address, outcome), data: sharedOutcome(outcome, this.options.lookup.vendors) };
  }

  /**
   * The assessment of what vendors said to another process and offline data says here.
   *
   * @returns `undefined` for data of any other form, and where a vendor that failed there may be asked here: a process
   *   that cannot reach it must not take its verdict from those who can.
   */
  revive(address: IpAddress, data: unknown, assessedAt: number): RiskAssessment | undefined {
    const { lookup } = this.options;
    const said = readSharedOutcome(data, lookup.vendors);
    if (said === undefined || vendorsMissedIn(said).some((id) => lookup.mayAsk(id))) return undefined;
    const offline = lookup.askOffline(address);
    if (offline.some((answer) => answer instanceof Promise)) return undefined;
    const outcome = lookup.outcomeOf([...(offline as readonly Settled[]), ...said]);
    return this.outcomes.assess(address, outcome, { assessedAt });
  }

  /** The score that an assessment of these answers would have. */
  scoreOfAnswers(answers: readonly IpIntelligence[]): number {
    return this.outcomes.scoreOfAnswers(answers);
  }

  private braked(address: IpAddress, offline: OfflineAnswers): MaybePromise<Loaded<RiskAssessment>> {
    return whenReady(this.options.lookup.offlineOutcome(address, offline), (outcome) => ({
      value: this.outcomes.assess(address, outcome, { standsIn: 'quota-brake' }),
      data: undefined,
    }));
  }
}

/** The network by what is known at once; nobody waits for it. */
function asnIn(offline: OfflineAnswers): number | undefined {
  for (const answer of offline) {
    if (!(answer instanceof Promise) && 'network' in answer && answer.network?.asn !== undefined)
      return answer.network.asn;
  }
  return undefined;
}
