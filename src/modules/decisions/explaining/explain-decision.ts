import { isoText } from '../../../common/clock/iso-text.js';
import type { RiskAction } from '../../policy/risk-decision.js';
import type { LoggedDecision } from '../reading/logged-decision.js';
import { explainCause } from './explain-cause.js';
import { explainMissing } from './explain-missing.js';

/**
 * What was decided, why, under which policy, what was missing and how often: sentences for the team. No key is in them;
 * the sender's address and user are, as far as they are kept. Nobody who was stopped may read them.
 */
export function explainDecision(decision: LoggedDecision): string[] {
  return [
    whatWasDone(decision),
    ...dryRun(decision),
    ...explainCause(decision),
    ...points(decision),
    ...explainMissing(decision),
    ...howItIsKept(decision),
  ];
}

export const DONE: Readonly<Record<RiskAction, string>> = {
  allow: 'let through',
  monitor: 'let through and marked',
  challenge: 'asked for a second factor',
  block: 'blocked',
  review: 'held for review',
};

function whatWasDone(decision: LoggedDecision): string {
  const { count, at, lastAt, route, policy, action } = decision;
  const what = count === 1 ? '1 request was' : `${count} requests were`;
  const when = count === 1 || at === lastAt ? `at ${isoText(at)}` : `between ${isoText(at)} and ${isoText(lastAt)}`;
  return `${what} ${DONE[action]} on ${route} ${when}${sender(decision)}, under the policy "${policy.name}" (${policy.digest}).`;
}

function sender({ subject, ip, ipPseudonym, country, asn, isSummary }: LoggedDecision): string {
  const user = subject === undefined ? '' : ` for the user "${subject}"`;
  const known = [country, asn === undefined ? undefined : `AS${asn}`].filter((part) => part !== undefined);
  const place = known.length === 0 ? '' : ` (${known.join(', ')})`;
  if (ip !== undefined) return `${user} from ${ip}${place}`;
  if (ipPseudonym !== undefined) return `${user} from an address that is not kept any more${place}`;
  return isSummary ? '' : `${user} from no known address`;
}

function dryRun({ mode, action, intendedAction }: LoggedDecision): string[] {
  if (mode !== 'dry-run') return [];
  return action === intendedAction
    ? ['The policy is on trial (dry-run); live it would have done the same.']
    : [`The policy is on trial (dry-run); live it would have been ${DONE[intendedAction]}.`];
}

function points({ reasons, score }: LoggedDecision): string[] {
  if (score === undefined) return [];
  if (reasons.length === 0) return ['Nothing gave points.'];
  const rows = reasons.map(
    ({ code, points: given, provider, detail }) => `${signed(given)} ${code} by ${provider} (${detail})`,
  );
  return [`The points: ${rows.join('; ')}.`];
}

const signed = (given: number): string => (given > 0 ? `+${given}` : String(given));

function howItIsKept({ isSummary, isConfirmed, count, latencySumMs, latencyMaxMs }: LoggedDecision): string[] {
  const mean = Math.round(latencySumMs / count);
  return [
    count === 1 ? `It took ${mean} ms.` : `They took ${mean} ms on average, ${latencyMaxMs} ms at most.`,
    ...(isSummary ? ['Too many decisions waited to be written, so that of these only the number is kept.'] : []),
    ...(isConfirmed
      ? []
      : [
          'Not every request waited until this was on record: without that, it went by what the policy does without a verdict.',
        ]),
  ];
}
