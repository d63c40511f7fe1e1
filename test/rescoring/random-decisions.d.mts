import type { OutcomeAssessor } from '../../src/modules/assessment/outcome-assessor.js';
import type { parseIpAddress } from '../../src/common/ip/ip-address.js';
import type { LoggedDecision } from '../../src/modules/decisions/reading/logged-decision.js';
import type { Rescored } from '../../src/modules/decisions/rescoring/rescore.js';
import type * as decisions from '../../src/modules/policy/decide.js';
import type { digested } from '../../src/modules/policy/policy-digest.js';
import type { FACT_NAMES, NO_FACTS } from '../../src/modules/providers/ip-intelligence.js';
import type { DecisionEvent } from '../../src/modules/screening/risk-events.js';

/** What decides. */
export interface Engine extends Pick<
  typeof decisions,
  'decide' | 'decideSkipped' | 'decideUnknownClient' | 'decideUnrecorded'
> {
  readonly digested: typeof digested;
  readonly parseIpAddress: typeof parseIpAddress;
  readonly OutcomeAssessor: typeof OutcomeAssessor;
  readonly FACT_NAMES: typeof FACT_NAMES;
  readonly NO_FACTS: typeof NO_FACTS;
}

/** So many events; the n-th is on the route `route-n`. The same for the same seed. */
export function randomDecisions(count: number, seed: number, engine: Engine): Iterable<DecisionEvent>;

/** Sentences; none where the record and the repetition say what was decided. */
export function differences(event: DecisionEvent, logged: LoggedDecision, rescored: Rescored | undefined): string[];
