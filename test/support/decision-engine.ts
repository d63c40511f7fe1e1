import { parseIpAddress } from '../../src/common/ip/ip-address.js';
import { OutcomeAssessor } from '../../src/modules/assessment/outcome-assessor.js';
import { decide, decideSkipped, decideUnknownClient, decideUnrecorded } from '../../src/modules/policy/decide.js';
import { digested } from '../../src/modules/policy/policy-digest.js';
import { FACT_NAMES, NO_FACTS } from '../../src/modules/providers/ip-intelligence.js';
import type { Engine } from '../rescoring/random-decisions.mjs';

/** What decides random decisions, out of the sources. */
export const ENGINE: Engine = {
  decide,
  decideSkipped,
  decideUnknownClient,
  decideUnrecorded,
  digested,
  parseIpAddress,
  OutcomeAssessor,
  FACT_NAMES,
  NO_FACTS,
};
