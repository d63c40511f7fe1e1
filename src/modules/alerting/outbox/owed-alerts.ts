import { ALERT_SEVERITIES, type AlertTrigger } from '../alert.js';
import type { AlertSettings } from '../alert-settings.js';
import { digestOf, groupKeyOf, groupTextOf, recipientKeyOf } from './grouping.js';

/** An element of what `raise_alerts` is given; its fields are those of `TRIGGER_ROWS` in the schema. */
export interface OwedAlert {
  /** Position among all. */
  readonly n: number;
  readonly group_key: string;
  readonly recipient: string;
  readonly kind: string;
  readonly audience: string;
  /** 0–3, as {@link ALERT_SEVERITIES} are ordered. */
  readonly severity: number;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly first_at: number;
  readonly last_at: number;
  readonly score: number | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly dedupe_id: string | undefined;
  readonly window_ms: number;
  readonly cap: number;
}

const LONGEST_TEXT = 1000;
/** NUL, and halves of surrogate pairs. */
const UNSTORABLE = /[\0\p{Cs}]/gu;
/** In code units; two for each of the 256 characters of a user's id. */
const LONGEST_ID = 512;

/** Triggers of one group become one element, with the exact count and the worst of their facts. */
export function owedAlerts(triggers: readonly AlertTrigger[], settings: AlertSettings): OwedAlert[] {
  const merged = new Map<string, AlertTrigger>();
  for (const [index, trigger] of triggers.entries()) {
    const key = isAlone(trigger) ? String(index) : groupTextOf(trigger, settings.groupBy);
    const known = merged.get(key);
    merged.set(key, known === undefined ? trigger : both(known, trigger));
  }
  return [...merged.values()].map((trigger, n) => toOwed(trigger, n, settings));
}

/** Whether the database has to look at it by itself: it may have been reported before, or not be news. */
function isAlone({ dedupeId, kind }: AlertTrigger): boolean {
  return dedupeId !== undefined || kind === 'new-country';
}

function both(one: AlertTrigger, other: AlertTrigger): AlertTrigger {
  return {
    ...(isWorse(other, one) ? other : one),
    count: one.count + other.count,
    firstAt: Math.min(one.firstAt, other.firstAt),
    lastAt: Math.max(one.lastAt, other.lastAt),
  };
}

function isWorse(one: AlertTrigger, other: AlertTrigger): boolean {
  if (one.severity !== other.severity) return rankOf(one) > rankOf(other);
  return (one.facts.score ?? -1) > (other.facts.score ?? -1);
}

const rankOf = ({ severity }: AlertTrigger): number => ALERT_SEVERITIES.indexOf(severity);

function toOwed(trigger: AlertTrigger, n: number, settings: AlertSettings): OwedAlert {
  const { kind, audience, count, firstAt, lastAt, facts, dedupeId } = trigger;
  return {
    n,
    group_key: groupKeyOf(trigger, settings.groupBy),
    recipient: recipientKeyOf(trigger),
    kind,
    audience,
    severity: rankOf(trigger),
    count,
    first_at: firstAt,
    last_at: lastAt,
    score: facts.score,
    facts: { ...(storable(facts) as object), user: facts.user === undefined ? undefined : cut(facts.user, LONGEST_ID) },
    // The team and the user are told of the same event.
    dedupe_id: dedupeId === undefined ? undefined : digestOf([audience, dedupeId]),
    window_ms: settings.windowMs,
    cap: settings.capPerHour,
  };
}

/** The same without what Postgres refuses: one odd character may not keep a whole batch from being written. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, LONGEST_TEXT);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, storable(part)]));
}

function cut(text: string, length: number): string {
  return text.slice(0, length).replaceAll(UNSTORABLE, '');
}
