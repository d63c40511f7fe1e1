import type { SpecialPurpose } from '../../common/ip/special-purpose.js';
import type { IpLocation, IpNetwork } from '../providers/ip-intelligence.js';
import type { MergedFacts } from '../providers/merged-intelligence.js';
import type { CountryClaim } from '../providers/merged-place.js';
import type { ProviderFailure } from '../providers/protection/provider-result.js';
import type { ProviderOpinion, ScoreCombiner } from '../scoring/score-combiner.js';
import type { RiskLevel } from '../scoring/risk-level.js';
import type { RiskReason } from '../scoring/scorecard.js';

/**
 * `complete`: every provider answered. `degraded`: some did not, or not in full, enough did. `unavailable`: too few did, so there is no
 * score. `not-applicable`: a special-purpose address, which has no reputation on the internet.
 */
export type AssessmentStatus = 'complete' | 'degraded' | 'unavailable' | 'not-applicable';

/**
 * Why a verdict stands in for a current one. `stale`: its time is over, and a newer one is not to be had, or is being
 * made. `quota-brake`: offline data alone, because more new addresses came from its network than may cost paid lookups.
 */
export type StandIn = 'stale' | 'quota-brake';

interface Assessed {
  /** Canonical text. */
  readonly ip: string;
  /** The IPv4 address inside a NAT64, 6to4 or Teredo address; the providers were asked about this one. */
  readonly embeddedIp: string | undefined;
  readonly facts: MergedFacts;
  readonly location: IpLocation | undefined;
  readonly network: IpNetwork | undefined;
  /** Who says which country, where providers differ; the first is the one in `location`. Empty without a dispute. */
  readonly countryClaims: readonly CountryClaim[];
  /** What providers make of the address on their own scales. */
  readonly opinions: readonly ProviderOpinion[];
  /** How `opinions` and our own card become one score. */
  readonly combiner: ScoreCombiner;
  /** Providers that answered, in order of preference. */
  readonly providers: readonly string[];
  /** Those of them that could ask only a part of their own sources. */
  readonly partialProviders: readonly string[];
  readonly failures: readonly ProviderFailure[];
  /** Milliseconds since 1970 at which the providers answered. */
  readonly assessedAt: number;
  /** False where offline data alone left no doubt, or no vendor is configured. */
  readonly askedVendors: boolean;
  /** `undefined` for a current verdict. */
  readonly standsIn: StandIn | undefined;
}

/** A verdict on an address, the same for every route. */
export interface ScoredAssessment extends Assessed {
  readonly status: 'complete' | 'degraded';
  /** 0–100, a whole number; higher is riskier. Our `unified` card and the providers' opinions, combined. */
  readonly score: number;
  readonly level: RiskLevel;
  /** Their points add up to `score`. */
  readonly reasons: readonly RiskReason[];
}

/** No verdict. There is no score to mistake for a low one. */
export interface UnavailableAssessment extends Assessed {
  readonly status: 'unavailable';
}

/** A special-purpose address: answered at once and never sent to a provider. */
export interface NotApplicableAssessment extends Assessed {
  readonly status: 'not-applicable';
  readonly specialPurpose: SpecialPurpose;
}

export type RiskAssessment = ScoredAssessment | UnavailableAssessment | NotApplicableAssessment;
