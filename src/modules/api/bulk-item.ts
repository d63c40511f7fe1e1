import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { decide, NO_REQUEST_CONTEXT } from '../policy/decide.js';
import type { DigestedPolicy } from '../policy/policy-digest.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import { FACT_NAMES, type IpNetwork } from '../providers/ip-intelligence.js';
import type { MergedFacts } from '../providers/merged-intelligence.js';
import { toFailureResponse } from './failure.response.js';
import { INVALID_IP_ADDRESS } from './invalid-request.js';
import { SIGNAL_NAMES } from './signal-names.js';

/** Characters of a bad entry that are said back. */
const ECHOED_LENGTH = 64;

const INVALID = JSON.stringify(INVALID_IP_ADDRESS).slice(1);

// Written by hand: JSON.stringify of whole items takes longer than the assessments. What addresses share (facts, networks)
// is one object for all of them, so its text is made once and found by identity.

/**
 * One item of a bulk answer, as JSON.
 *
 * @param text the address as the caller wrote it, which {@link parseIpAddress} read: nothing in it needs escaping.
 */
export function bulkItem(text: string, assessment: RiskAssessment, policy: DigestedPolicy): string {
  // Decided but not published: nobody's request is let through or stopped here, so listeners and counters of decisions
  // would count what never happened.
  const decision = decide(assessment, policy, NO_REQUEST_CONTEXT);
  const { ip, location, network, providers, failures } = assessment;
  const country = location?.countryCode === undefined ? 'null' : JSON.stringify(location.countryCode);
  return (
    `{"ip_address":"${text}","ip":"${ip}",${verdictText(assessment, decision)},"country":${country},` +
    `${networkText(network)},"providers":${namesText(providers)},"failures":${failuresText(failures)},` +
    `"degraded":${namesText(decision.degraded)}}`
  );
}

/** The item of an entry that is no address. */
export function invalidItem(entry: unknown): string {
  const echo = typeof entry === 'string' ? JSON.stringify(entry.slice(0, ECHOED_LENGTH)) : 'null';
  return `{"ip_address":${echo},${INVALID}`;
}

interface VerdictText {
  readonly status: RiskAssessment['status'];
  readonly reasons: unknown;
  readonly action: RiskDecision['action'];
  readonly cause: RiskDecision['cause'];
  readonly decisionScore: RiskDecision['score'];
  readonly text: string;
}

const verdicts = new WeakMap<MergedFacts, VerdictText>();

function verdictText(assessment: RiskAssessment, { action, cause, score: decisionScore }: RiskDecision): string {
  const { facts, status } = assessment;
  const isScored = status === 'complete' || status === 'degraded';
  const reasons = isScored ? assessment.reasons : undefined;
  const last = verdicts.get(facts);
  // The same reasons are the same score: their points add up to it.
  const isAssessed = last?.reasons === reasons && last?.status === status;
  const isDecided = last?.action === action && last.cause === cause && last.decisionScore === decisionScore;
  if (isAssessed && isDecided) return last.text;
  const verdict = {
    status,
    score: isScored ? assessment.score : null,
    level: isScored ? assessment.level : null,
    action,
    cause,
    decision_score: decisionScore ?? null,
    reasons: reasons ?? [],
    signals: Object.fromEntries(FACT_NAMES.map((name) => [SIGNAL_NAMES[name], facts[name]?.value ?? null])),
  };
  const text = JSON.stringify(verdict).slice(1, -1);
  verdicts.set(facts, { status, reasons, action, cause, decisionScore, text });
  return text;
}

const networks = new WeakMap<IpNetwork, string>();

function networkText(network: IpNetwork | undefined): string {
  if (network === undefined) return '"asn":null,"organization":null';
  let text = networks.get(network);
  if (text === undefined) {
    text = JSON.stringify({ asn: network.asn ?? null, organization: network.organization ?? null }).slice(1, -1);
    networks.set(network, text);
  }
  return text;
}

const namesByFirst = new Map<string, string>();

function namesText(names: readonly string[]): string {
  const [first] = names;
  if (first === undefined) return '[]';
  if (names.length > 1) return JSON.stringify(names);
  let text = namesByFirst.get(first);
  if (text === undefined) {
    text = JSON.stringify(names);
    namesByFirst.set(first, text);
  }
  return text;
}

function failuresText(failures: RiskAssessment['failures']): string {
  if (failures.length === 0) return '[]';
  return JSON.stringify(failures.map(toFailureResponse));
}
