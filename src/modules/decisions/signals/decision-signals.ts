import type { AssessmentStatus, RiskAssessment, StandIn } from '../../assessment/risk-assessment.js';
import type { SpecialPurposeScope } from '../../../common/ip/special-purpose.js';
import { FACT_NAMES, type FactName } from '../../providers/ip-intelligence.js';
import type { Claim, MergedFact, MergedFacts } from '../../providers/merged-intelligence.js';
import type { ProviderFailure } from '../../providers/protection/provider-result.js';
import type { ProviderOpinion, ScoreCombiner } from '../../scoring/score-combiner.js';

/** A provider that gave no verdict; when it may be asked again decides nothing. */
export type SignalledFailure = Pick<ProviderFailure, 'providerId' | 'code' | 'refused'>;

/** All of an assessment that a decision is made by. No address, and nothing that changes with every lookup. */
export interface DecisionSignals {
  readonly status: AssessmentStatus;
  /** What is not among them is unknown. */
  readonly facts: Partial<MergedFacts>;
  readonly opinions: readonly ProviderOpinion[];
  readonly combiner: ScoreCombiner;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  readonly failures: readonly SignalledFailure[];
  readonly partialProviders: readonly string[];
  readonly standsIn: StandIn | undefined;
  /** Of an address that has no reputation on the internet. */
  readonly specialPurpose: SpecialPurposeScope | undefined;
}

/** Field by field: what a provider of somebody else's puts into its objects besides is nothing to keep. */
export function signalsOf(assessment: RiskAssessment): DecisionSignals {
  const { status, facts, opinions, combiner, location, failures, partialProviders, standsIn } = assessment;
  return {
    status,
    facts: factsOf(facts),
    opinions: opinions.map(opinionOf),
    combiner: { kind: combiner.kind, weights: combiner.weights },
    country: location?.countryCode,
    failures: signalledFailures(failures),
    partialProviders,
    standsIn,
    specialPurpose: status === 'not-applicable' ? assessment.specialPurpose.scope : undefined,
  };
}

export function signalledFailures(failures: readonly ProviderFailure[]): SignalledFailure[] {
  return failures.map(({ providerId, code, refused }) => ({ providerId, code, ...(refused === true && { refused }) }));
}

function factsOf(facts: MergedFacts): Partial<MergedFacts> {
  const known: Partial<Record<FactName, MergedFact>> = {};
  for (const name of FACT_NAMES) {
    const fact = facts[name];
    if (fact === undefined) continue;
    const { value, confidence, claims, isDisputed } = fact;
    known[name] = { value, confidence, claims: claims.map(claimOf), isDisputed };
  }
  return known;
}

function claimOf({ value, confidence, evidence, lastSeen, providerId }: Claim): Claim {
  return { value, confidence, evidence, lastSeen, providerId };
}

function opinionOf({ providerId, source, score, countryCode, isPartial }: ProviderOpinion): ProviderOpinion {
  const { card, rows } = score;
  const { claimedCountryDiffers } = card;
  return {
    providerId,
    source,
    countryCode,
    isPartial,
    score: {
      card: {
        bands: card.bands.map(({ from, label, action }) => ({ from, label, action })),
        ...(claimedCountryDiffers !== undefined && { claimedCountryDiffers }),
      },
      rows: rows.map(({ code, points, detail }) => ({ code, points, detail })),
    },
  };
}
