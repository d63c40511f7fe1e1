import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import { embeddedIpv4, effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import { prefixKey } from '../../common/ip/ip-prefix.js';
import { specialPurposeOf } from '../../common/ip/special-purpose.js';
import type { MemoryCache } from '../caching/memory-cache.js';
import { SingleFlight } from '../caching/single-flight.js';
import type { IpIntelligence } from '../providers/ip-intelligence.js';
import type { LookupOutcome } from '../providers/lookup/lookup-outcome.js';
import type { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { DEFAULT_COMBINER, type ScoreCombiner } from '../scoring/score-combiner.js';
import { AssessmentCache, withVendors } from './assessment-cache.js';
import { OutcomeAssessor } from './outcome-assessor.js';
import type { RiskAssessment } from './risk-assessment.js';

/** Assessments of one bulk work by `prefixKey`. */
export interface KnownAssessments {
  readonly get: (key: string) => RiskAssessment | undefined;
  /** @param target the address that was looked up, of which `key` is the key. */
  readonly set: (key: string, assessment: RiskAssessment, target: IpAddress) => unknown;
}

/** Joins address rules, cache, providers and scoring into one {@link RiskAssessment}. */
export class AssessmentService {
  private readonly flights = new SingleFlight<RiskAssessment>();
  private readonly assessor: OutcomeAssessor;
  private readonly cache: AssessmentCache;
  private requests = 0;

  constructor(
    private readonly lookup: ProviderLookup,
    cache: MemoryCache<RiskAssessment>,
    clock: Clock,
    combiner: ScoreCombiner = DEFAULT_COMBINER,
  ) {
    this.assessor = new OutcomeAssessor(clock, combiner);
    this.cache = new AssessmentCache(cache, lookup);
  }

  /**
   * Answers at once when the address is known or every provider is in memory. Never throws, never rejects.
   *
   * @param asksVendors under the strategy `escalate`: also where offline data leaves no doubt.
   */
  assess(address: IpAddress, asksVendors = false): MaybePromise<RiskAssessment> {
    this.requests += 1;
    // Before the cache: special and global addresses can share a /64, as in 2001:1::/64.
    const specialPurpose = specialPurposeOf(address);
    if (specialPurpose !== undefined) return this.assessor.notApplicable(address, specialPurpose);
    // Keyed by the address that is looked up: one NAT64 or Teredo /64 holds clients from all over the world.
    const target = effectiveAddress(address);
    const key = prefixKey(target);
    const cached = this.cache.get(key, asksVendors);
    if (cached !== undefined) return sameFor(address, cached);
    return whenReady(
      this.flights.run(asksVendors ? withVendors(key) : key, () => {
        const { version } = this.cache;
        return whenReady(this.lookup.lookup(target, asksVendors), (outcome) =>
          this.keep(address, key, outcome, version, asksVendors),
        );
      }),
      (assessment) => sameFor(address, assessment),
    );
  }

  /** Addresses that somebody's request waited for, since the start; bulk work gives way to them. */
  readonly requestsSeen = (): number => this.requests;

  /** True when vendors are asked only where the caller says so or offline data has no answer. */
  get escalates(): boolean {
    return this.lookup.escalates;
  }

  /** Most addresses of one {@link assessBatch}. */
  get batchSize(): number {
    return this.lookup.hasVendors ? this.lookup.bulk.batchSize : OFFLINE_BATCH;
  }

  /**
   * Assesses many addresses beside the requests that wait: in the vendors' bulk calls, under a deadline of their own, and
   * each network once. What cost nothing is not kept, so that it does not drive the requests' own clients out of the cache.
   *
   * @param isDoubtful under `escalate`: scores that are not to rest on offline data alone.
   * @param known assessments of earlier batches of the same work by `prefixKey`; this batch adds its own.
   * @returns one assessment for each address, in their order, and none in a place without one. Never throws, never rejects.
   */
  assessBatch(
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
      addresses.map((address, index) =>
        address === undefined ? undefined : this.fromBatch(address, keys[index], known),
      ),
    );
  }

  private assessMissing(
    missing: ReadonlyMap<string, IpAddress>,
    isDoubtful: (score: number) => boolean,
    known: KnownAssessments,
  ): MaybePromise<void> {
    const { version } = this.cache;
    const targets = [...missing.values()];
    const take = (outcomes: readonly LookupOutcome[]): void => {
      let index = 0;
      for (const [key, target] of missing) {
        const outcome = outcomes[index++];
        if (outcome === undefined) continue;
        // Vendors that refused a bulk lookup may still answer the requests: its failures are not theirs.
        const isPaid = outcome.askedVendors && outcome.hasQuorum && !outcome.failures.some(({ refused }) => refused);
        const assessment = isPaid ? this.keep(target, key, outcome, version) : this.assessor.assess(target, outcome);
        known.set(key, assessment, target);
      }
    };
    if (targets.length === 0) return undefined;
    if (this.lookup.hasVendors) {
      const leavesDoubt = (answers: readonly IpIntelligence[]): boolean =>
        isDoubtful(this.assessor.scoreOfAnswers(answers));
      return this.lookup.bulk.lookup(targets, leavesDoubt).then(take);
    }
    const outcomes = targets.map((target) => this.lookup.lookup(target));
    if (outcomes.some((outcome) => outcome instanceof Promise)) {
      return Promise.all(outcomes.map((outcome) => Promise.resolve(outcome))).then(take);
    }
    take(outcomes as LookupOutcome[]);
  }

  /** @param key the address's in `known`; a special-purpose address has none. */
  private fromBatch(address: IpAddress, key: string | undefined, known: KnownAssessments): RiskAssessment {
    const specialPurpose = key === undefined ? specialPurposeOf(address) : undefined;
    if (specialPurpose !== undefined) return this.assessor.notApplicable(address, specialPurpose);
    const assessment = key === undefined ? undefined : known.get(key);
    if (assessment === undefined) throw new RangeError('An address of the batch was not assessed.');
    return sameFor(address, assessment);
  }

  /** What is kept, unless it rests on offline data and its score leaves doubt. */
  private undoubted(key: string, isDoubtful: (score: number) => boolean): RiskAssessment | undefined {
    const cached = this.cache.get(key, false);
    if (cached === undefined || cached.askedVendors || !this.escalates) return cached;
    return 'score' in cached && isDoubtful(cached.score) ? undefined : cached;
  }

  private keep(
    address: IpAddress,
    key: string,
    outcome: LookupOutcome,
    version: number,
    asksVendors = false,
  ): RiskAssessment {
    const assessment = this.assessor.assess(address, outcome);
    this.cache.keep(key, assessment, version, asksVendors);
    return assessment;
  }
}

/** Small enough to answer a waiting request between two of them: some 0.2 ms. */
const OFFLINE_BATCH = 16;

/** One assessment serves a whole IPv6 /64; each answer still names the address that was asked about. */
function sameFor(address: IpAddress, assessment: RiskAssessment): RiskAssessment {
  if (assessment.ip === address.text) return assessment;
  return { ...assessment, ip: address.text, embeddedIp: embeddedIpv4(address)?.text };
}
