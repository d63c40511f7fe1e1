import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import { prefixKey } from '../../common/ip/ip-prefix.js';
import { specialPurposeOf } from '../../common/ip/special-purpose.js';
import type { CacheCounts } from '../caching/cache-counts.js';
import type { SharedTier } from '../caching/shared-tier.js';
import { SingleFlight } from '../caching/single-flight.js';
import type { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import type { QuotaBrake } from '../providers/protection/quota-brake.js';
import { DEFAULT_COMBINER, type ScoreCombiner } from '../scoring/score-combiner.js';
import { AddressAssessor } from './address-assessor.js';
import { AssessmentCache, type AssessmentCacheOptions } from './assessment-cache.js';
import { BatchAssessor } from './batch-assessor.js';
import type { RiskAssessment } from './risk-assessment.js';
import { sameFor } from './same-for.js';

/** What a caller asks of an assessment. */
export interface AssessmentDemand {
  /** Under the strategy `escalate`: asks vendors also where offline data leaves no doubt. @default false */
  readonly asksVendors?: boolean;
  /** Whether a verdict that `standsIn` for a current one will do. @default true */
  readonly takesStandIn?: boolean;
}

export interface AssessmentServiceOptions {
  readonly lookup: ProviderLookup;
  readonly clock: Clock;
  /** @default the highest score wins */
  readonly combiner?: ScoreCombiner;
  readonly cache?: AssessmentCacheOptions;
  /** What processes share. @default none */
  readonly shared?: SharedTier | undefined;
  /** Caps the paid lookups of new addresses. @default none */
  readonly brake?: QuotaBrake | undefined;
}

const NO_DEMAND: AssessmentDemand = {};

/** Joins address rules, cache, providers and scoring into one {@link RiskAssessment}. */
export class AssessmentService {
  readonly batches: BatchAssessor;
  private readonly lookup: ProviderLookup;
  private readonly assessor: AddressAssessor;
  private readonly cache: AssessmentCache;
  private readonly offlineFlights = new SingleFlight<RiskAssessment>();
  private requests = 0;

  /** @throws InvalidConfigurationError for cache options that cannot be meant. */
  constructor({ lookup, clock, combiner = DEFAULT_COMBINER, cache, shared, brake }: AssessmentServiceOptions) {
    this.lookup = lookup;
    this.assessor = new AddressAssessor({ lookup, clock, combiner, brake });
    this.cache = new AssessmentCache({ ...cache, lookup, clock, shared });
    this.batches = new BatchAssessor(lookup, this.assessor, this.cache);
  }

  /** Answers at once when the address is known or every provider is in memory. Never throws, never rejects. */
  assess(address: IpAddress, demand: AssessmentDemand = NO_DEMAND): MaybePromise<RiskAssessment> {
    this.requests += 1;
    // Before the cache: special and global addresses can share a /64, as in 2001:1::/64.
    const specialPurpose = specialPurposeOf(address);
    if (specialPurpose !== undefined) return this.assessor.notApplicable(address, specialPurpose);
    // Keyed by the address that is looked up: one NAT64 or Teredo /64 holds clients from all over the world.
    const target = effectiveAddress(address);
    const key = prefixKey(target);
    const cached = this.cache.fresh(key, demand.asksVendors === true);
    if (cached !== undefined) return sameFor(address, cached);
    return whenReady(this.assessNew(target, key, demand), (assessment) => sameFor(address, assessment));
  }

  /** Addresses that somebody's request waited for, since the start; bulk work gives way to them. */
  readonly requestsSeen = (): number => this.requests;

  /** What the cache was asked, since the start of the process; one request may ask twice. */
  cacheCounts(): CacheCounts {
    return this.cache.counts();
  }

  /** True when vendors are asked only where the caller says so or offline data has no answer. */
  get escalates(): boolean {
    return this.lookup.escalates;
  }

  /**
   * Drops what is known of the address's network, in every process: the next request asks anew.
   *
   * @returns false where the other processes could not be told; what they know ends with its time.
   */
  async forget(address: IpAddress): Promise<boolean> {
    return this.cache.forget(prefixKey(effectiveAddress(address)));
  }

  private assessNew(target: IpAddress, key: string, demand: AssessmentDemand): MaybePromise<RiskAssessment> {
    const { lookup } = this;
    if (lookup.hasVendors && (demand.asksVendors === true || !lookup.escalates)) {
      return this.assessByVendors(target, key, demand);
    }
    const startedAt = this.cache.now();
    return whenReady(
      this.offlineFlights.run(key, () => this.assessByOffline(target, key)),
      // Offline data has no answer: it is the vendors' turn, whoever asks.
      (assessment) =>
        lookup.hasVendors && assessment.status === 'unavailable'
          ? this.assessByVendors(target, key, demand, this.cache.now() - startedAt)
          : assessment,
    );
  }

  private assessByOffline(target: IpAddress, key: string): MaybePromise<RiskAssessment> {
    const { version } = this.cache;
    return whenReady(this.assessor.byOffline(target), (assessment) => {
      const isFinal = !this.lookup.hasVendors || assessment.status !== 'unavailable';
      if (isFinal) this.cache.keepOffline(key, assessment, version);
      return assessment;
    });
  }

  /** @param goneMs milliseconds of the deadline that offline data took. */
  private assessByVendors(
    target: IpAddress,
    key: string,
    { takesStandIn = true }: AssessmentDemand,
    goneMs = 0,
  ): MaybePromise<RiskAssessment> {
    return this.cache.resolve(key, takesStandIn, {
      load: (spentMs, isKnown) => this.assessor.byVendors(target, Math.max(0, goneMs) + spentMs, isKnown),
      revive: (data, storedAt) => this.assessor.revive(target, data, storedAt),
    });
  }
}
