import { geoScorecard } from './geo.scorecard.js';
import type { Scorecard } from './scorecard.js';
import { unifiedScorecard } from './unified.scorecard.js';

/** Scorecards a policy may name. */
export const SCORECARDS: Readonly<Record<string, Scorecard>> = { unified: unifiedScorecard, geo: geoScorecard };

export const DEFAULT_SCORECARD = unifiedScorecard;
