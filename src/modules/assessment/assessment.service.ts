import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import { embeddedIpv4, effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import { prefixKey } from '../../common/ip/ip-prefix.js';
import { specialPurposeOf, type SpecialPurpose } from '../../common/ip/special-purpose.js';
import type { MemoryCache } from '../caching/memory-cache.js';
import { SingleFlight } from '../caching/single-flight.js';
import { mergeIntelligence, NO_MERGED_FACTS, type MergedFacts } from '../providers/merged-intelligence.js';
import type { LookupOutcome, ProviderLookup } from '../providers/provider-lookup.js';
import { riskLevelOf } from '../scoring/risk-level.js';
import { NO_CONTEXT, scoreSignals, type Score } from '../scoring/scorecard.js';
import { DEFAULT_SCORECARD } from '../scoring/scorecards.js';
import type { RiskAssessment } from './risk-assessment.js';

/** Seconds an assessment is kept: the seeds' hour for a clean address and five minutes for one that may change soon. */
const TTL_SECONDS = { clean: 3600, risky: 300, unavailable: 10 } as const;

/** Joins address rules, cache, providers and scoring into one {@link RiskAssessment}. */
export class AssessmentService {
  private readonly flights = new SingleFlight<RiskAssessment>();
  private readonly scores = new WeakMap<MergedFacts, Score>();
  private dataVersion: number;

  constructor(
    private readonly lookup: ProviderLookup,
    private readonly cache: MemoryCache<RiskAssessment>,
    private readonly clock: Clock,
  ) {
    this.dataVersion = lookup.dataVersion;
  }

  /** Answers at once when the address is known or every provider is in memory. Never throws, never rejects. */
  assess(address: IpAddress): MaybePromise<RiskAssessment> {
    // Before the cache: special and global addresses can share a /64, as in 2001:1::/64.
    const specialPurpose = specialPurposeOf(address);
    if (specialPurpose !== undefined) return this.notApplicable(address, specialPurpose);
    // Keyed by the address that is looked up: one NAT64 or Teredo /64 holds clients from all over the world.
    const target = effectiveAddress(address);
    const key = prefixKey(target);
    const cached = this.cached(key);
    if (cached !== undefined) return sameFor(address, cached);
    return whenReady(
      this.flights.run(key, () => this.assessAnew(address, target, key)),
      (assessment) => sameFor(address, assessment),
    );
  }

  private cached(key: string): RiskAssessment | undefined {
    const { dataVersion } = this.lookup;
    if (dataVersion !== this.dataVersion) {
      this.dataVersion = dataVersion;
      this.cache.clear();
    }
    return this.cache.get(key);
  }

  private assessAnew(address: IpAddress, target: IpAddress, key: string): MaybePromise<RiskAssessment> {
    const version = this.dataVersion;
    return whenReady(this.lookup.lookup(target), (outcome) => {
      // Shared by every request from this address: what one handler writes into it, another would be judged by.
      const assessment = Object.freeze(this.toAssessment(address, outcome));
      if (version === this.lookup.dataVersion) this.cache.set(key, assessment, ttlSecondsOf(assessment));
      return assessment;
    });
  }

  // The three shapes are written out: a verdict is made on every cold request, and spreading one object into another
  // cost more there than the lookups themselves.
  private toAssessment(address: IpAddress, { answers, failures, hasQuorum }: LookupOutcome): RiskAssessment {
    const { facts, location, network } = mergeIntelligence(answers);
    Object.freeze(location);
    Object.freeze(network);
    const { score, reasons } = this.scoreOf(facts);
    const ip = address.text;
    const embeddedIp = embeddedIpv4(address)?.text;
    const providers = answers.map(({ providerId }) => providerId);
    const assessedAt = this.clock.now();
    if (!hasQuorum) {
      return { ip, embeddedIp, facts, location, network, providers, failures, assessedAt, status: 'unavailable' };
    }
    return {
      ip,
      embeddedIp,
      facts,
      location,
      network,
      providers,
      failures,
      assessedAt,
      status: failures.length === 0 ? 'complete' : 'degraded',
      score,
      level: riskLevelOf(score),
      reasons,
    };
  }

  private notApplicable(address: IpAddress, specialPurpose: SpecialPurpose): RiskAssessment {
    return {
      ip: address.text,
      embeddedIp: embeddedIpv4(address)?.text,
      facts: NO_MERGED_FACTS,
      location: undefined,
      network: undefined,
      providers: [],
      failures: [],
      assessedAt: this.clock.now(),
      status: 'not-applicable',
      specialPurpose,
    };
  }

  /** Networks share their facts among addresses, and facts alone make the score. */
  private scoreOf(facts: MergedFacts): Score {
    let score = this.scores.get(facts);
    if (score === undefined) {
      score = scoreSignals(DEFAULT_SCORECARD, { facts, context: NO_CONTEXT });
      this.scores.set(facts, score);
    }
    return score;
  }
}

function ttlSecondsOf(assessment: RiskAssessment): number {
  if (assessment.status === 'unavailable' || assessment.status === 'not-applicable') return TTL_SECONDS.unavailable;
  return assessment.status === 'complete' && assessment.level === 'low' ? TTL_SECONDS.clean : TTL_SECONDS.risky;
}

/** One assessment serves a whole IPv6 /64; each answer still names the address that was asked about. */
function sameFor(address: IpAddress, assessment: RiskAssessment): RiskAssessment {
  if (assessment.ip === address.text) return assessment;
  return { ...assessment, ip: address.text, embeddedIp: embeddedIpv4(address)?.text };
}
