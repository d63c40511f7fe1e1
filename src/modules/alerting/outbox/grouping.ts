import { createHash } from 'node:crypto';
import type { AlertKind, AlertTrigger } from '../alert.js';
import type { AlertGrouping } from '../alert-settings.js';

type Part = string | number | undefined;

const DIGEST_BYTES = 16;
const ABOUT_ONE_USER: readonly AlertKind[] = ['impossible-travel', 'new-country', 'account-reported'];

/** Whoever uses up one of them, with addresses or users of his own, keeps nothing of the others from the team. */
const TEAM_KEYS: Readonly<Record<AlertKind, string>> = {
  risk: 'team',
  test: 'team',
  'impossible-travel': 'team:travel',
  'new-country': 'team:travel',
  'account-reported': 'team:account',
  'provider-outage': 'team:providers',
  'budget-spent': 'team:providers',
};

/** Whose cap an alert counts for: one of the team's, or that of the user it goes to. */
export function recipientKeyOf({ kind, audience, facts }: AlertTrigger): string {
  return audience === 'team' ? TEAM_KEYS[kind] : recipientKeyOfUser(facts.user);
}

export function recipientKeyOfUser(userId: string | undefined): string {
  return `user:${digestOf([userId])}`;
}

/**
 * Triggers with the same key are one group: after its first alert they become digests. A digest, so that no id, address
 * or vendor lies in it as it is.
 */
export function groupKeyOf(trigger: AlertTrigger, groupBy: readonly AlertGrouping[]): string {
  return digestOf(groupPartsOf(trigger, groupBy));
}

/** What {@link groupKeyOf} is made of, in plain text: much faster to make, for the process alone. */
export function groupTextOf(trigger: AlertTrigger, groupBy: readonly AlertGrouping[]): string {
  return textOf(groupPartsOf(trigger, groupBy));
}

function groupPartsOf(trigger: AlertTrigger, groupBy: readonly AlertGrouping[]): readonly Part[] {
  const { kind, audience, facts } = trigger;
  return [kind, audience, facts.policy, ...groupOf(trigger, groupBy)];
}

/** By what a trigger is grouped, and the value of it; nothing where none of it is known. */
function groupOf(trigger: AlertTrigger, groupBy: readonly AlertGrouping[]): readonly Part[] {
  const { kind, audience, facts, dedupeId } = trigger;
  // One recipient's alerts are never part of another's, and what is about one user alone tells of that user.
  if (audience === 'user' || ABOUT_ONE_USER.includes(kind)) return ['user', facts.user];
  if (kind === 'provider-outage' || kind === 'budget-spent') return ['provider', facts.provider];
  // Who tries the chain twice wants to see two alerts.
  if (kind === 'test') return ['test', dedupeId];
  const by = groupBy.find((grouping) => valueOf(trigger, grouping) !== undefined);
  return by === undefined ? [] : [by, valueOf(trigger, by)];
}

function valueOf({ facts, prefix }: AlertTrigger, grouping: AlertGrouping): Part {
  return grouping === 'prefix' ? prefix : facts[grouping];
}

/** The same for the same parts, which do not stand in it. */
export function digestOf(parts: readonly Part[]): string {
  return createHash('sha256').update(textOf(parts)).digest().subarray(0, DIGEST_BYTES).toString('base64url');
}

const textOf = (parts: readonly Part[]): string => JSON.stringify(parts.map((part) => part ?? null));
