import type { LoginReport, TravelReport } from '../../geo-velocity/geo-velocity.js';
import type { AlertTrigger } from '../alert.js';
import { decidedTrigger, type DecidedRequest, type TriggerContext } from './decided-trigger.js';
import { bandOf, isAtLeast, worstOf } from './decision-band.js';
import { findingTriggers } from './finding-triggers.js';
import { newCountryTriggers } from './new-country-triggers.js';

/**
 * The alerts that a decision owes. Pure. Travel that nobody can have made is told of in the place of the score, in every
 * band; a policy that alerts of nothing (`alertFrom: never`) alerts of neither. Each stands for one event: who merges
 * decisions multiplies.
 */
export function decisionTriggers(decided: DecidedRequest, context: TriggerContext): AlertTrigger[] {
  const { decision, policy } = decided;
  const { subject, travel, cause } = decision;
  if (policy.alertFrom === 'never') return [];
  const isRecorded = travel !== undefined && 'login' in travel;
  // What recording found is told of once, whoever settles it.
  const found = subject !== undefined && isRecorded ? travel.found : [];
  const findings = subject === undefined ? [] : findingTriggers(subject, found, { ...context, decided });
  if (cause === 'account-held') return findings;
  return [...(found.length > 0 ? findings : judged(decided, context)), ...newCountryTriggers(decided, context)];
}

/** What the decision says of its trip, or else of its address. */
function judged(decided: DecidedRequest, context: TriggerContext): AlertTrigger[] {
  const { decision, policy } = decided;
  const { subject, travel } = decision;
  const band = bandOf(decision, policy);
  if (subject !== undefined && travel !== undefined && isCheckedImpossible(travel)) {
    return [decidedTrigger('impossible-travel', worstOf('high', band ?? 'low'), decided, context)];
  }
  if (travel !== undefined && isTripReportedAgain(travel)) return [];
  const isOwed = band !== undefined && policy.alertFrom !== 'never' && isAtLeast(band, policy.alertFrom);
  return isOwed ? [decidedTrigger('risk', band, decided, context)] : [];
}

/** A login that is reported again is the same event: what its trip owes is told of by its mark, also after a crash. */
function isTripReportedAgain(travel: TravelReport | LoginReport): boolean {
  return 'login' in travel && travel.isDuplicate && travel.verdict.status === 'impossible';
}

/** Where the login was not recorded, so that nothing is found yet: the team's alone, since a check needs no password. */
function isCheckedImpossible(travel: TravelReport): boolean {
  const isExplained = travel.relief?.kind === 'announced' || travel.relief?.kind === 'network';
  return !('login' in travel) && travel.verdict.status === 'impossible' && !isExplained;
}
