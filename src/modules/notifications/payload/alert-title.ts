import type { Alert, AlertKind } from '../../alerting/alert.js';
import { plainText } from './plain-text.js';

const MOST_CHARACTERS = 200;

/** Ids that are shown in a sentence. Others could be sentences, links or markup of somebody who chose his own id. */
const PLAIN_ID = /^[\w.@+:-]{1,64}$/;

type Told = Pick<Alert, 'kind' | 'severity' | 'audience' | 'count' | 'suppressed' | 'facts'>;

/** One sentence that says what happened, and to whom where their id is plain. Holds no markup. */
export function alertTitle(alert: Told): string {
  const title = alert.audience === 'user' ? userTitle(alert) : alert.count === 0 ? keptBack(alert) : teamTitle(alert);
  return plainText(title.replace(/[<>]/g, ''), MOST_CHARACTERS);
}

/** As {@link alertTitle}, without anybody in it: for logs. */
export function namelessTitle({ kind, severity, count }: Pick<Alert, 'kind' | 'severity' | 'count'>): string {
  if (count === 0) return `${HEADINGS[kind](severity)}: no other event`;
  return `${HEADINGS[kind](severity)}: ${count === 1 ? 'one event' : `${count} events`}`;
}

/** Of an alert that tells of no event, and of which kind the worst was. */
function keptBack({ kind, severity, suppressed }: Told): string {
  const events = suppressed === 1 ? 'one event was' : `${suppressed} events were`;
  return `${HEADINGS[kind](severity)}: ${events} kept back by the cap.`;
}

const HEADINGS: Readonly<Record<AlertKind, (severity: string) => string>> = {
  risk: (severity) => `${severity.charAt(0).toUpperCase()}${severity.slice(1)} risk`,
  'impossible-travel': () => 'Impossible travel',
  'new-country': () => 'New country',
  'provider-outage': () => 'Provider outage',
  'budget-spent': () => 'Budget spent',
  'account-reported': () => 'Account reported',
  test: () => 'Test',
};

function teamTitle({ kind, severity, count, facts }: Told): string {
  const named = { user: userOf(facts), from: facts.ip === undefined ? '' : ` from ${facts.ip}` };
  if (kind === 'risk') return `${HEADINGS.risk(severity)}: ${requests(count, named)}.`;
  const times = count === 1 || kind === 'test' ? '' : `, ${count} times`;
  return `${HEADINGS[kind](severity)}: ${SENTENCES[kind](named.user ?? 'a user', facts)}${times}.`;
}

function requests(count: number, { user, from }: { readonly user: string | undefined; readonly from: string }): string {
  const whose = `${user === undefined ? '' : ` of ${user}`}${from}`;
  if (count === 1) return `a request${whose}`;
  return `${count} requests${whose === '' ? '' : `, the worst${whose}`}`;
}

const SENTENCES: Readonly<Record<Exclude<AlertKind, 'risk'>, (user: string, facts: Alert['facts']) => string>> = {
  'impossible-travel': (user, facts) => `${user} cannot have been in ${placeOf(facts) ?? 'both places'} in time`,
  'new-country': (user, facts) => `${user} logged in from ${placeOf(facts) ?? 'somewhere new'}`,
  'provider-outage': (_, { provider = 'a vendor' }) => `${provider} gives no answers`,
  'budget-spent': (_, { provider = 'a vendor' }) => `${provider} has no credits left`,
  'account-reported': (user) => `${user} says that a login was somebody else's`,
  test: () => 'alerts reach you',
};

function userTitle({ kind, count: told, suppressed, facts }: Told): string {
  if (kind === 'test') return 'Test: alerts reach you.';
  const count = told === 0 ? suppressed : told;
  const logins = count === 1 ? 'was a login' : `were ${count} logins`;
  const place = placeOf(facts);
  return `Was this you? There ${logins} to your account${place === undefined ? '' : ` from ${place}`}.`;
}

function userOf({ user }: Alert['facts']): string | undefined {
  if (user === undefined) return undefined;
  return PLAIN_ID.test(user) ? `user ${user}` : 'a user';
}

const COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region' });

/** `Tokyo, Japan`. */
function placeOf({ city, country }: Alert['facts']): string | undefined {
  const name = country !== undefined && /^[A-Z]{2}$/.test(country) ? COUNTRY_NAMES.of(country) : undefined;
  const place = [city, name].filter((part) => part !== undefined && part !== '').join(', ');
  return place === '' ? undefined : place;
}
