import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import { prefixKey } from '../../common/ip/ip-prefix.js';
import { specialPurposeOf } from '../../common/ip/special-purpose.js';
import type { IpIntelligence } from '../providers/ip-intelligence.js';
import type { LookupOutcome } from '../providers/lookup/lookup-outcome.js';
import type { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import type { AddressAssessor } from './address-assessor.js';
import type { AssessmentCache } from './assessment-cache.js';
import type { RiskAssessment } from './risk-assessment.js';
import { sameFor } from './same-for.js';

/** Assessments of one bulk work by `prefixKey`. */
export interface KnownAssessments {
  readonly get: (key: string) => RiskAssessment | undefined;
  /** @param target the address that was looked up, of which `key` is the key. */
  readonly set: (key: string, assessment: RiskAssessment, target: IpAddress) => unknown;
}

/** Small enough to answer a waiting request between two of them: some 0.2 ms. */
const OFFLINE_BATCH = 16;

/** Addresses that are to be looked up, by `prefixKey`. */
type Missing = ReadonlyMap<string, IpAddress>;

/**
 * Assesses many addresses beside the requests that wait: in the vendors' bulk calls, under a deadline of their own, and
 * each network once. What cost nothing is not kept, so that it does not drive the requests' own clients out of the cache.
 */
export class BatchAssessor {
  constructor(
    private readonly lookup: ProviderLookup,
    private readonly assessor: AddressAssessor,
    private readonly cache: AssessmentCache,
  ) {}

  /** Most addresses of one {@link assess}. */
  get size(): number {
    return this.lookup.hasVendors ? this.lookup.bulk.batchSize : OFFLINE_BATCH;
  }

  /**
   * @param isDoubtful under `escalate`: scores that are not to rest on offline data alone.
   * @param known assessments of earlier batches of the same work by `prefixKey`; this batch adds its own.
   * @returns one assessment for each address, in their order, and none in a place without one. Never throws, never rejects.
   */
  assess(
    addresses: readonly (IpAddress | undefined)[],
    isDoubtful: (score: number) => boolean,
    known: KnownAssessments,
  ): MaybePromise<readonly (RiskAssessment | undefined)[]> {
    const missing = new Map<string, IpAddress>();
    const keys = addresses.map((address) => {
      if (address === undefined || specialPurposeOf(address) !== undefined) return undefined;
      const target = effectiveAddress(address);
      const key = prefixKey(target);
      if (missing.has(key) || known.get(key) !== undefined) return key;
      const cached = this.undoubted(key, isDoubtful);
      if (cached === undefined) missing.set(key, target);
      else known.set(key, cached, target);
      return key;
    });
    return whenReady(this.assessMissing(missing, isDoubtful, known), () =>
      addresses.map((address, index) => (address === undefined ? undefined : this.answer(address, keys[index], known))),
    );
  }

  private assessMissing(
    missing: Missing,
    isDoubtful: (score: number) => boolean,
    known: KnownAssessments,
  ): MaybePromise<void> {
    if (missing.size === 0) return undefined;
    if (this.lookup.hasVendors) return this.assessByVendors(missing, isDoubtful, known);
    const outcomes = [...missing.values()].map((target) => this.lookup.lookup(target));
    const take = (all: readonly LookupOutcome[]): void => {
      this.take(missing, all, known, this.cache.now());
    };
    if (outcomes.some((outcome) => outcome instanceof Promise)) {
      return Promise.all(outcomes.map((outcome) => Promise.resolve(outcome))).then(take);
    }
    take(outcomes as LookupOutcome[]);
  }

  /** What another process paid for is not paid for again. */
  private async assessByVendors(
    missing: Missing,
    isDoubtful: (score: number) => boolean,
    known: KnownAssessments,
  ): Promise<void> {
    const left = new Map(missing);
    const looks = [...missing].map(async ([key, target]) => {
      const shared = await this.cache.fromShared(key, (data, at) => this.assessor.revive(target, data, at));
      if (shared === undefined) return;
      left.delete(key);
      known.set(key, shared, target);
    });
    await Promise.all(looks);
    if (left.size === 0) return;
    const leavesDoubt = (answers: readonly IpIntelligence[]): boolean =>
      isDoubtful(this.assessor.scoreOfAnswers(answers));
    const since = this.cache.now();
    this.take(left, await this.lookup.bulk.lookup([...left.values()], leavesDoubt), known, since);
  }

  /** @param since when the lookups began. */
  private take(missing: Missing, outcomes: readonly LookupOutcome[], known: KnownAssessments, since: number): void {
    let index = 0;
    for (const [key, target] of missing) {
      const outcome = outcomes[index++];
      if (outcome === undefined) continue;
      const loaded = this.assessor.loaded(target, outcome);
      // Vendors that refused a bulk lookup may still answer the requests: its failures are not theirs.
      const isPaid = outcome.askedVendors && outcome.hasQuorum && !outcome.failures.some(({ refused }) => refused);
      if (isPaid) this.cache.keepPaid(key, loaded, since);
      known.set(key, loaded.value, target);
    }
  }

  /** @param key the address's in `known`; a special-purpose address has none. */
  private answer(address: IpAddress, key: string | undefined, known: KnownAssessments): RiskAssessment {
    const specialPurpose = key === undefined ? specialPurposeOf(address) : undefined;
    if (specialPurpose !== undefined) return this.assessor.notApplicable(address, specialPurpose);
    const assessment = key === undefined ? undefined : known.get(key);
    if (assessment === undefined) throw new RangeError('An address of the batch was not assessed.');
    return sameFor(address, assessment);
  }

  /** What is kept, unless it rests on offline data and its score leaves doubt. */
  private undoubted(key: string, isDoubtful: (score: number) => boolean): RiskAssessment | undefined {
    const cached = this.cache.fresh(key, false);
    if (cached === undefined || cached.askedVendors || !this.lookup.escalates) return cached;
    return 'score' in cached && isDoubtful(cached.score) ? undefined : cached;
  }
}
