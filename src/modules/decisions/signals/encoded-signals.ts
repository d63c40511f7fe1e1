import { hash } from 'node:crypto';
import type { RiskAssessment } from '../../assessment/risk-assessment.js';
import type { MergedFacts } from '../../providers/merged-intelligence.js';
import type { ScoreCombiner } from '../../scoring/score-combiner.js';
import { signalsOf } from './decision-signals.js';
import { storableJson } from './storable-json.js';

/** Text that is kept once under its digest. */
export interface Interned {
  readonly digest: string;
  readonly body: string;
}

/** An encoding of facts and a country, by the combiner it was made with. */
interface SharedEncoding {
  readonly combiner: ScoreCombiner;
  readonly interned: Interned;
}

/** Hexadecimal digits: 128 bits. */
const DIGEST_LENGTH = 32;

const byAssessment = new WeakMap<RiskAssessment, Interned>();
const byFacts = new WeakMap<MergedFacts, Map<string | undefined, SharedEncoding>>();

/** What a decision read of the assessment, as text. Requests share assessments, so each is encoded once. */
export function encodedSignals(assessment: RiskAssessment): Interned {
  const known = byAssessment.get(assessment);
  if (known !== undefined) return known;
  const made = isPlain(assessment) ? encodedByFacts(assessment) : encode(assessment);
  byAssessment.set(assessment, made);
  return made;
}

/** Nothing but facts and a country tells it from others: so it is for most addresses that only offline data knows. */
function isPlain({ status, opinions, failures, partialProviders, standsIn, facts }: RiskAssessment): boolean {
  const isWhole = status === 'complete' && failures.length === 0 && partialProviders.length === 0;
  return isWhole && opinions.length === 0 && standsIn === undefined && Object.isFrozen(facts);
}

/** All addresses of a network share their facts. */
function encodedByFacts(assessment: RiskAssessment): Interned {
  const { facts, location, combiner } = assessment;
  const country = location?.countryCode;
  const byCountry = byFacts.get(facts) ?? new Map<string | undefined, SharedEncoding>();
  const known = byCountry.get(country);
  if (known?.combiner === combiner) return known.interned;
  const interned = encode(assessment);
  byFacts.set(facts, byCountry.set(country, { combiner, interned }));
  return interned;
}

function encode(assessment: RiskAssessment): Interned {
  const body = storableJson(signalsOf(assessment));
  return { digest: hash('sha256', body).slice(0, DIGEST_LENGTH), body };
}
