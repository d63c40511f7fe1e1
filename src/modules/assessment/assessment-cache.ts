import type { MemoryCache } from '../caching/memory-cache.js';
import type { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import type { RiskAssessment } from './risk-assessment.js';

/** Seconds an assessment is kept: the seeds' hour for a clean address and five minutes for one that may change soon. */
const TTL_SECONDS = { clean: 3600, risky: 300, unavailable: 10 } as const;

/** Which assessments are kept, for how long, and when their data is too old. */
export class AssessmentCache {
  private dataVersion: number;

  constructor(
    private readonly cache: MemoryCache<RiskAssessment>,
    private readonly lookup: ProviderLookup,
  ) {
    this.dataVersion = lookup.dataVersion;
  }

  /** The version of the data that an assessment begun now rests on. */
  get version(): number {
    return this.lookup.dataVersion;
  }

  /** @param asksVendors under `escalate`: only what they were asked about. */
  get(key: string, asksVendors: boolean): RiskAssessment | undefined {
    const { dataVersion } = this.lookup;
    if (dataVersion !== this.dataVersion) {
      this.dataVersion = dataVersion;
      if (this.isOfflineDataDecisive) this.cache.clear();
    }
    const cached = this.cache.get(key);
    if (!asksVendors || !this.lookup.hasVendors || cached?.askedVendors === true) return cached;
    return this.cache.get(withVendors(key));
  }

  /** @param version of the data when the assessment was begun; one from data replaced meanwhile is not kept. */
  keep(key: string, assessment: RiskAssessment, version: number, asksVendors = false): void {
    if (this.isOfflineDataDecisive && version !== this.lookup.dataVersion) return;
    // Vendors that fail those who ask for them may not take the offline verdict from those who do not.
    const place = asksVendors && assessment.status === 'unavailable' ? withVendors(key) : key;
    this.cache.set(place, assessment, ttlSecondsOf(assessment));
  }

  /**
   * With vendors asked about every address, a fresh feed is one voice more. Forgetting all they said at each refresh would
   * buy it again at once, for every client of the last hour, through the same few places of the bulkhead.
   */
  private get isOfflineDataDecisive(): boolean {
    return !this.lookup.hasVendors || this.lookup.escalates;
  }
}

/** The place of what was asked for although offline data has an answer. */
export function withVendors(key: string): string {
  return `${key} with vendors`;
}

function ttlSecondsOf(assessment: RiskAssessment): number {
  if (assessment.status === 'not-applicable') return TTL_SECONDS.unavailable;
  if (assessment.status === 'unavailable') {
    // Nobody was asked: to ask again costs nothing, and the place that was missing may be free by then.
    return assessment.failures.some(({ refused }) => refused === true) ? 0 : TTL_SECONDS.unavailable;
  }
  return assessment.status === 'complete' && assessment.level === 'low' ? TTL_SECONDS.clean : TTL_SECONDS.risky;
}
