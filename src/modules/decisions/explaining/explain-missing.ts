import { RECORD_MISSING, TRAVEL_MISSING } from '../../policy/decide.js';
import type { LoggedDecision } from '../reading/logged-decision.js';

const PARTS: ReadonlyMap<string, string> = new Map([
  ['client-ip', 'the address of the client is not known'],
  ['stale', 'the verdict is an older one'],
  ['quota-brake', 'the verdict is of offline data alone, since too many new addresses came from the network'],
  [TRAVEL_MISSING, "the user's logins could not be asked in time"],
  [RECORD_MISSING, 'the decision could not be put on record in time'],
]);

const FAIL_MODES = {
  open: 'It was let through without a verdict.',
  closed: 'It was stopped without a verdict.',
} as const;

/** What was missing, and whether anybody was let through or stopped for that. */
export function explainMissing(decision: LoggedDecision): string[] {
  const { failures, degraded, failedOpen, failedClosed } = decision;
  const failed = new Set(failures.map(({ providerId }) => providerId));
  const said = [
    ...failures.map(
      ({ providerId, code, refused }) => `${providerId} ${refused ? 'was not asked' : 'failed'} (${code})`,
    ),
    ...degraded
      .filter((part) => !failed.has(part))
      .map((part) => PARTS.get(part) ?? `${part} answered in part, or gave no score`),
  ];
  return [
    ...(said.length === 0 ? [] : [`Missing: ${said.join('; ')}.`]),
    ...(failedOpen ? [FAIL_MODES.open] : []),
    ...(failedClosed ? [FAIL_MODES.closed] : []),
  ];
}
