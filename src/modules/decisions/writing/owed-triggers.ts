import type { AlertTrigger } from '../../alerting/alert.js';
import type { AlertSettings } from '../../alerting/alert-settings.js';
import { decisionTriggers } from '../../alerting/rules/decision-triggers.js';
import type { Pseudonyms } from '../../geo-velocity/privacy/pseudonyms.js';
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
