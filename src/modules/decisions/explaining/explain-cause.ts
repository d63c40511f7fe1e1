import { NEVER, type IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import type { LoggedDecision } from '../reading/logged-decision.js';

/** What decided, in one sentence, and the user's travel where it was told. */
export function explainCause(decision: LoggedDecision): string[] {
  return [causeOf(decision), ...claimed(decision), ...travelOf(decision)];
}

function causeOf(decision: LoggedDecision): string {
  const { cause, score, country, policy, isSummary } = decision;
  switch (cause) {
    case 'score':
      return isSummary || score === undefined ? 'The score decided.' : scoreSentence(decision, score);
    case 'fact':
      return `A fact that the policy blocks by itself is certain${blockOn(policy.body)}${andScore(score)}.`;
    case 'denied-country':
      return `The policy denies the country of the address${country === undefined ? '' : `, ${country}`}${andScore(score)}.`;
    case 'account-held':
      return `The account is held: its user said of an earlier login that it was somebody else's${andScore(score)}.`;
    case 'unavailable':
      return `There was no verdict on the address, so it went by what the policy does without one${withoutVerdict(policy.body)}.`;
    case 'client-ip-unknown':
      return `The address of the client is not known, so it went by what the policy does without a verdict${withoutVerdict(policy.body)}.`;
    case 'not-applicable':
      return 'The address is of an internal network, which has no reputation on the internet.';
    case 'skipped':
      return "The route's own rule let it through, and the address was not looked at.";
  }
}

function scoreSentence({ level, policy }: LoggedDecision, score: number): string {
  const band = level === undefined ? '' : `, ${level} by this policy`;
  return `The score is ${score} of 100${band}${thresholds(policy.body)}.`;
}

function thresholds(body: IpRiskPolicy | undefined): string {
  if (body === undefined) return '';
  const { monitor, challenge, block } = body.thresholds;
  const from = (threshold: number): string => (threshold >= NEVER ? 'never' : `from ${threshold}`);
  return `, which marks ${from(monitor)}, asks for a second factor ${from(challenge)} and blocks ${from(block)}`;
}

const andScore = (score: number | undefined): string => (score === undefined ? '' : `; the score is ${score} of 100`);

function blockOn(body: IpRiskPolicy | undefined): string {
  return body === undefined || body.blockOn.length === 0 ? '' : ` (it blocks on ${body.blockOn.join(', ')})`;
}

function withoutVerdict(body: IpRiskPolicy | undefined): string {
  return body === undefined ? '' : ` (${body.onUnavailable})`;
}

function claimed({ claimedCountry, country }: LoggedDecision): string[] {
  if (claimedCountry === undefined || claimedCountry === country) return [];
  return [`The caller stated the country ${claimedCountry}; the address is in ${country ?? 'an unknown one'}.`];
}

function travelOf({ travel, travelStatus }: LoggedDecision): string[] {
  if (travelStatus === undefined || travelStatus === 'unavailable') return [];
  const trip = travel === undefined || travel === 'unavailable' ? undefined : travel;
  const from = trip?.fromCountry === undefined ? '' : ` after one in ${trip.fromCountry}`;
  const relief = trip?.relief === undefined ? '' : `, and counts for less: ${RELIEFS[trip.relief.kind]}`;
  return [`By the user's logins this one${from} is ${TRAVEL[travelStatus]}${relief}.`];
}

const TRAVEL = {
  first: 'the first that can be compared',
  possible: 'possible',
  impossible: 'impossible in the time',
  'not-comparable': 'through a network that shows no place of the user',
  unknown: 'from a place that is not known well enough',
} as const;

const RELIEFS = {
  announced: 'the user announced the trip',
  network: 'the user passed a challenge on this network',
  country: 'the user passed a challenge in this country',
} as const;
