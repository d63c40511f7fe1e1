import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import type { CacheCounts } from '../caching/cache-counts.js';
import { entryOf } from '../caching/cache-entry.js';
import { MemoryCache } from '../caching/memory-cache.js';
import type { SharedTier } from '../caching/shared-tier.js';
import { TieredCache, type CacheWork, type Loaded } from '../caching/tiered-cache.js';
import type { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { cacheSecondsOf, lifeOf, type CacheSeconds } from './cache-seconds.js';
import type { RiskAssessment } from './risk-assessment.js';

/** How assessments are kept. */
export interface AssessmentCacheOptions {
  /** Assessments kept in memory; under `escalate` as many again that vendors were asked for. @default 50000 */
  readonly entries?: number;
  readonly seconds?: Partial<CacheSeconds>;
}

export interface AssessmentCacheParts extends AssessmentCacheOptions {
  readonly lookup: ProviderLookup;
  readonly clock: Clock;
  readonly shared?: SharedTier | undefined;
}

/** Part of the lookup's deadline that a request waits for what another process loads; the rest is for a load of its own. */
const WAIT_SHARE = 0.5;
/** Milliseconds beyond the deadline until a process that loads counts as lost: it may be busy. */
const LEASE_MARGIN_MS = 500;

/** Which assessments are kept, for how long, and when their data is too old. */
export class AssessmentCache {
  /** From offline data: made anew in microseconds, so it is not shared, and dropped when the data changes. */
  private readonly offline: MemoryCache<RiskAssessment>;
  /** Vendors were asked: paid for once, for all processes. */
  private readonly paid: TieredCache<RiskAssessment>;
  private readonly lookup: ProviderLookup;
  private readonly clock: Clock;
  private readonly seconds: CacheSeconds;
  private dataVersion: number;
  private readonly memory = { hit: 0, miss: 0 };

  /** @throws InvalidConfigurationError for options that cannot be meant. */
  constructor({ lookup, clock, entries, seconds, shared }: AssessmentCacheParts) {
    const size = entries === undefined ? {} : { maxEntries: entries };
    this.lookup = lookup;
    this.clock = clock;
    this.seconds = cacheSecondsOf(seconds);
    this.offline = new MemoryCache({ clock, ...size });
    this.paid = new TieredCache<RiskAssessment>({
      clock,
      shared,
      ...size,
      lifeOf: (assessment) => lifeOf(assessment, this.seconds),
      isFailure: ({ status, standsIn }) => status === 'unavailable' || standsIn !== undefined,
      waitMs: lookup.deadlineMs * WAIT_SHARE,
      leaseMs: lookup.deadlineMs + LEASE_MARGIN_MS,
    });
    this.dataVersion = lookup.dataVersion;
  }

  /** Milliseconds since 1970 by the clock of the cache. */
  now(): number {
    return this.clock.now();
  }

  /** The version of the data that an assessment begun now rests on. */
  get version(): number {
    return this.lookup.dataVersion;
  }

  /** What is fresh and in memory. @param asksVendors only what vendors were asked about, where there are any. */
  fresh(key: string, asksVendors: boolean): RiskAssessment | undefined {
    const known = this.inMemory(key, asksVendors);
    if (known === undefined) this.memory.miss += 1;
    else this.memory.hit += 1;
    return known;
  }

  counts(): CacheCounts {
    return { memory: { ...this.memory }, ...this.paid.counts() };
  }

  private inMemory(key: string, asksVendors: boolean): RiskAssessment | undefined {
    const { lookup } = this;
    if (lookup.hasVendors) {
      const paid = this.paid.peek(key);
      if (paid !== undefined || asksVendors || !lookup.escalates) return paid;
    }
    const { dataVersion } = lookup;
    if (dataVersion !== this.dataVersion) {
      this.dataVersion = dataVersion;
      this.offline.clear();
    }
    return this.offline.get(key);
  }

  /** @param version of the data when the assessment was begun; one from data replaced meanwhile is not kept. */
  keepOffline(key: string, assessment: RiskAssessment, version: number): void {
    if (version !== this.lookup.dataVersion) return;
    this.offline.put(key, entryOf(assessment, this.clock.now(), lifeOf(assessment, this.seconds)));
  }

  /** What vendors were asked about: kept, shared by another process, or loaded. @param takesStale as for the tiers. */
  resolve(key: string, takesStale: boolean, work: CacheWork<RiskAssessment>): MaybePromise<RiskAssessment> {
    return whenReady(this.paid.resolve(key, takesStale, work), ({ value, isStale }) =>
      isStale ? Object.freeze({ ...value, standsIn: 'stale' as const }) : value,
    );
  }

  /** Keeps what bulk work was paid for; its failures are not the requests'. @param since when vendors were asked. */
  keepPaid(key: string, loaded: Loaded<RiskAssessment>, since: number): void {
    this.paid.keep(key, loaded, since);
  }

  /** What another process shared. */
  fromShared(key: string, revive: CacheWork<RiskAssessment>['revive']): Promise<RiskAssessment | undefined> {
    return this.paid.fromShared(key, { revive });
  }

  /** @returns false where another process may still know it. */
  forget(key: string): Promise<boolean> {
    this.offline.delete(key);
    return this.paid.forget(key);
  }
}
