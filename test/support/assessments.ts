import type { ScoredAssessment } from '../../src/modules/assessment/risk-assessment.js';
import type { FactName } from '../../src/modules/providers/ip-intelligence.js';
import { mergeIntelligence, NO_MERGED_FACTS } from '../../src/modules/providers/merged-intelligence.js';
import { riskLevelOf } from '../../src/modules/scoring/risk-level.js';
import { DEFAULT_COMBINER } from '../../src/modules/scoring/score-combiner.js';
import { NO_CONTEXT, scoreSignals } from '../../src/modules/scoring/scorecard.js';
import { unifiedScorecard } from '../../src/modules/scoring/unified.scorecard.js';
import { inCountry, intelligence } from './intelligence.js';

/** What every assessment has, with nothing known. */
export const blank = {
  ip: '8.8.8.8',
  embeddedIp: undefined,
  facts: NO_MERGED_FACTS,
  location: undefined,
  network: undefined,
  countryClaims: [],
  opinions: [],
  combiner: DEFAULT_COMBINER,
  providers: ['stub'],
  partialProviders: [],
  failures: [],
  assessedAt: 0,
  askedVendors: true,
  standsIn: undefined,
};

/** The assessment of one provider's facts, by our own card. */
export function scored(facts: Partial<Record<FactName, boolean>>, country?: string): ScoredAssessment {
  const merged = mergeIntelligence([intelligence(facts, { location: inCountry(country) })]);
  const { score, reasons } = scoreSignals(unifiedScorecard, { facts: merged.facts, context: NO_CONTEXT });
  return { ...blank, ...merged, status: 'complete', score, level: riskLevelOf(score), reasons };
}
