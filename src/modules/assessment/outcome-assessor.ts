import type { Clock } from '../../common/clock/clock.js';
import { embeddedIpv4 } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import type { SpecialPurpose } from '../../common/ip/special-purpose.js';
import type { IpIntelligence } from '../providers/ip-intelligence.js';
import type { LookupOutcome } from '../providers/lookup/lookup-outcome.js';
import { mergeIntelligence, NO_MERGED_FACTS, type MergedFacts } from '../providers/merged-intelligence.js';
import { NO_COUNTRY_CLAIMS } from '../providers/merged-place.js';
import { riskLevelOf } from '../scoring/risk-level.js';
import { combineScores, type ProviderOpinion, type ScoreCombiner } from '../scoring/score-combiner.js';
import { NO_CONTEXT, scoreSignals, type Score } from '../scoring/scorecard.js';
import { DEFAULT_SCORECARD } from '../scoring/scorecards.js';
import type { RiskAssessment, StandIn } from './risk-assessment.js';

const NO_OPINIONS: readonly ProviderOpinion[] = Object.freeze([]);
const NO_PROVIDERS: readonly string[] = Object.freeze([]);

/** Where an outcome comes from. */
export interface AssessmentOrigin {
  /** Milliseconds since 1970 at which the providers answered. @default now */
  readonly assessedAt?: number;
  readonly standsIn?: StandIn;
}

const NOW: AssessmentOrigin = {};

/** Makes assessments out of what providers answered. */
export class OutcomeAssessor {
  private readonly scores = new WeakMap<MergedFacts, Score>();

  constructor(
    private readonly clock: Clock,
    private readonly combiner: ScoreCombiner,
  ) {}

  /** The assessment, frozen: it is shared by every request from the address, and what one handler wrote into it another would be judged by. */
  assess(address: IpAddress, outcome: LookupOutcome, origin: AssessmentOrigin = NOW): RiskAssessment {
    return Object.freeze(this.toAssessment(address, outcome, origin));
  }

  /** A special-purpose address is answered at once and never sent to a provider. */
  notApplicable(address: IpAddress, specialPurpose: SpecialPurpose): RiskAssessment {
    return {
      ip: address.text,
      embeddedIp: embeddedIpv4(address)?.text,
      facts: NO_MERGED_FACTS,
      location: undefined,
      network: undefined,
      countryClaims: NO_COUNTRY_CLAIMS,
      opinions: NO_OPINIONS,
      combiner: this.combiner,
      providers: NO_PROVIDERS,
      partialProviders: NO_PROVIDERS,
      failures: [],
      assessedAt: this.clock.now(),
      askedVendors: false,
      standsIn: undefined,
      status: 'not-applicable',
      specialPurpose,
    };
  }

  /** The score that an assessment of these answers would have. */
  scoreOfAnswers(answers: readonly IpIntelligence[]): number {
    return this.scoreOf(mergeIntelligence(answers).facts, opinionsIn(answers)).score;
  }

  /** The score of facts and opinions without anything the request adds. */
  private scoreOf(facts: MergedFacts, opinions: readonly ProviderOpinion[]): Score {
    let own = this.scores.get(facts);
    if (own === undefined) {
      own = scoreSignals(DEFAULT_SCORECARD, { facts, context: NO_CONTEXT });
      // Networks share their facts among addresses.
      this.scores.set(facts, own);
    }
    return combineScores(own, opinions, this.combiner);
  }

  // The two shapes are written out: a verdict is made on every cold request, and spreading one object into another
  // cost more there than the lookups themselves.
  private toAssessment(
    address: IpAddress,
    { answers, failures, hasQuorum, askedVendors }: LookupOutcome,
    { assessedAt = this.clock.now(), standsIn }: AssessmentOrigin,
  ): RiskAssessment {
    const { facts, location, network, countryClaims } = mergeIntelligence(answers);
    Object.freeze(location);
    Object.freeze(network);
    const opinions = opinionsIn(answers);
    const { score, reasons } = this.scoreOf(facts, opinions);
    const ip = address.text;
    const embeddedIp = embeddedIpv4(address)?.text;
    const providers = answers.map(({ providerId }) => providerId);
    const partialProviders = partialIn(answers);
    const { combiner } = this;
    if (!hasQuorum) {
      return {
        ip,
        embeddedIp,
        facts,
        location,
        network,
        countryClaims,
        opinions,
        combiner,
        providers,
        partialProviders,
        failures,
        assessedAt,
        askedVendors,
        standsIn,
        status: 'unavailable',
      };
    }
    return {
      ip,
      embeddedIp,
      facts,
      location,
      network,
      countryClaims,
      opinions,
      combiner,
      providers,
      partialProviders,
      failures,
      assessedAt,
      askedVendors,
      standsIn,
      status:
        failures.length === 0 && partialProviders.length === 0 && standsIn === undefined ? 'complete' : 'degraded',
      score,
      level: riskLevelOf(score),
      reasons,
    };
  }
}

function partialIn(answers: readonly IpIntelligence[]): readonly string[] {
  let partial: string[] | undefined;
  for (const { providerId, isPartial } of answers) {
    if (isPartial !== true) continue;
    partial ??= [];
    partial.push(providerId);
  }
  return partial === undefined ? NO_PROVIDERS : Object.freeze(partial);
}

/** What the providers make of the address on scales of their own. */
function opinionsIn(answers: readonly IpIntelligence[]): readonly ProviderOpinion[] {
  let opinions: ProviderOpinion[] | undefined;
  for (const { providerId, source = providerId, score, location, isPartial = false } of answers) {
    if (score === undefined) continue;
    opinions ??= [];
    opinions.push(Object.freeze({ providerId, source, score, countryCode: location?.countryCode, isPartial }));
  }
  return opinions === undefined ? NO_OPINIONS : Object.freeze(opinions);
}
