import type { RiskAssessment } from '../../assessment/risk-assessment.js';
import { NO_MERGED_FACTS } from '../../providers/merged-intelligence.js';
import type { IpLocation } from '../../providers/ip-intelligence.js';
import { riskLevelOf } from '../../scoring/risk-level.js';
import { combineScores } from '../../scoring/score-combiner.js';
import { NO_CONTEXT, scoreSignals } from '../../scoring/scorecard.js';
import { DEFAULT_SCORECARD } from '../../scoring/scorecards.js';
import type { DecisionSignals } from '../signals/decision-signals.js';

/** An assessment that decides as the one did which the signals were taken of: its score is worked out anew. */
export function assessmentOf(signals: DecisionSignals): RiskAssessment {
  const { status, opinions, combiner, country, failures, partialProviders, standsIn, specialPurpose } = signals;
  const facts = { ...NO_MERGED_FACTS, ...signals.facts };
  const assessed = {
    ip: '',
    embeddedIp: undefined,
    facts,
    location: country === undefined ? undefined : { ...NOWHERE, countryCode: country },
    network: undefined,
    countryClaims: [],
    opinions,
    combiner,
    providers: [],
    partialProviders,
    failures,
    assessedAt: 0,
    askedVendors: true,
    standsIn,
  };
  if (status === 'unavailable') return { ...assessed, status };
  if (status === 'not-applicable') {
    return { ...assessed, status, specialPurpose: { name: '', scope: specialPurpose ?? 'unroutable' } };
  }
  const own = scoreSignals(DEFAULT_SCORECARD, { facts, context: NO_CONTEXT });
  const { score, reasons } = combineScores(own, opinions, combiner);
  return { ...assessed, status, score, level: riskLevelOf(score), reasons };
}

const NOWHERE: Omit<IpLocation, 'countryCode'> = {
  region: undefined,
  city: undefined,
  postalCode: undefined,
  latitude: undefined,
  longitude: undefined,
  accuracyRadiusKm: undefined,
  timeZone: undefined,
};
