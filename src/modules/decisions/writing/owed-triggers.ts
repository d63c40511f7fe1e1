import type { AlertTrigger } from '../../alerting/alert.js';
import type { AlertSettings } from '../../alerting/alert-settings.js';
import { decisionTriggers } from '../../alerting/rules/decision-triggers.js';
import type { Pseudonyms } from '../../geo-velocity/privacy/pseudonyms.js';
import type { DecisionEvent } from '../../screening/risk-events.js';
import { addressOf } from './decision-row.js';
import type { SettledLogin } from './decision-batch.js';
import type { WaitingDecision } from './waiting-decision.js';

/** The alerts that entries owe, each as often as its entry counts. A trigger with an id of its own is one event. */
export function owedTriggers(entry: WaitingDecision, decisionId: string, settings: AlertSettings): AlertTrigger[] {
  const { event, count, firstAt, lastAt } = entry;
  return decisionTriggers(event, { decisionId, at: firstAt, settings }).map((trigger) =>
    trigger.dedupeId === undefined ? { ...trigger, count, firstAt, lastAt } : trigger,
  );
}

/**
 * Those of a decision that is only counted. What a login owes by itself is owed still: its mark stays, and the sweep finds
 * it. What is nothing without its user is not raised.
 */
export function triggersWithoutSender(event: DecisionEvent, at: number, settings: AlertSettings): AlertTrigger[] {
  return decisionTriggers(event, { decisionId: undefined, at, settings }).filter(
    ({ kind, audience, dedupeId }) => audience === 'team' && kind !== 'new-country' && dedupeId === undefined,
  );
}

/** The mark of a login whose findings are among the triggers of its decision. */
export function settledLogin({ event }: WaitingDecision): SettledLogin | undefined {
  const { subject, travel } = event.decision;
  if (subject === undefined || travel === undefined || !('login' in travel) || !travel.isOwed) return undefined;
  return { user_id: subject, event_id: travel.login.eventId };
}

/** What a user is asked about can come to be trusted: the network, by its lasting name. @throws StorageError */
export async function withTrustNetwork(
  triggers: readonly AlertTrigger[],
  { event }: WaitingDecision,
  pseudonyms: Pseudonyms,
): Promise<readonly AlertTrigger[]> {
  const isForUser = ({ audience, facts }: AlertTrigger): boolean =>
    audience === 'user' && facts.trustNetwork === undefined;
  const address = triggers.some(isForUser) ? addressOf(event.decision.assessment) : undefined;
  if (address === undefined) return triggers;
  const trustNetwork = await pseudonyms.lastingNetwork(address);
  return triggers.map((trigger) =>
    isForUser(trigger) ? { ...trigger, facts: { ...trigger.facts, trustNetwork } } : trigger,
  );
}
