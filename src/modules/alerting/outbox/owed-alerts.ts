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
const MOST_REASONS = 20;
/** NUL, and halves of surrogate pairs. */
const UNSTORABLE = /[\0\p{Cs}]/gu;
/** In code units; two for each of the 256 characters of a user's id. */
const LONGEST_ID = 512;

/** A group, as far as it is known. */
interface Owed {
  /** The worst of the group, whose facts are told. */
  worst: AlertTrigger;
  /** JSON of what it says beside what is counted. */
  body: string;
  count: number;
  firstAt: number;
  lastAt: number;
}

/** Triggers of one group become one element, with the exact count and the worst of their facts. Each is worked on as it comes. */
export class OwedAlerts {
  private readonly groups = new Map<string, Owed>();
  private alone = 0;

  constructor(private readonly settings: AlertSettings) {}

  /** All of them or, where it throws, none. @throws where facts of somebody else's are no JSON */
  add(triggers: readonly AlertTrigger[]): void {
    const made = triggers.map((trigger) => {
      const key = this.keyOf(trigger);
      const known = this.groups.get(key);
      const isTold = known === undefined || isWorse(trigger, known.worst);
      return { trigger, key, body: isTold ? JSON.stringify(bodyOf(trigger, this.settings)) : undefined };
    });
    for (const { trigger, key, body } of made) this.merge(key, trigger, body);
  }

  /** What `raise_alerts` is given. */
  toJson(): string {
    const parts = [...this.groups.values()].map(({ body, count, firstAt, lastAt }, n) => {
      const counted: Counted = { n, count, first_at: firstAt, last_at: lastAt };
      return `${JSON.stringify(counted).slice(0, -1)},${body.slice(1)}`;
    });
    return `[${parts.join(',')}]`;
  }

  private keyOf(trigger: AlertTrigger): string {
    return isAlone(trigger) ? `alone ${(this.alone += 1)}` : groupTextOf(trigger, this.settings.groupBy);
  }

  private merge(key: string, trigger: AlertTrigger, body: string | undefined): void {
    const { count, firstAt, lastAt } = trigger;
    const known = this.groups.get(key);
    if (known === undefined) {
      if (body !== undefined) this.groups.set(key, { worst: trigger, body, count, firstAt, lastAt });
      return;
    }
    known.count += count;
    known.firstAt = Math.min(known.firstAt, firstAt);
    known.lastAt = Math.max(known.lastAt, lastAt);
    if (body === undefined || !isWorse(trigger, known.worst)) return;
    known.worst = trigger;
    known.body = body;
  }
}

/** Whether the database has to look at it by itself: it may have been reported before, or not be news. */
function isAlone({ dedupeId, kind }: AlertTrigger): boolean {
  return dedupeId !== undefined || kind === 'new-country';
}

function isWorse(one: AlertTrigger, other: AlertTrigger): boolean {
  if (one.severity !== other.severity) return rankOf(one) > rankOf(other);
  return (one.facts.score ?? -1) > (other.facts.score ?? -1);
}

const rankOf = ({ severity }: AlertTrigger): number => ALERT_SEVERITIES.indexOf(severity);

type Counted = Pick<OwedAlert, 'n' | 'count' | 'first_at' | 'last_at'>;

function bodyOf(trigger: AlertTrigger, settings: AlertSettings): Omit<OwedAlert, keyof Counted> {
  const { kind, audience, dedupeId } = trigger;
  const facts = { ...trigger.facts, reasons: trigger.facts.reasons.slice(0, MOST_REASONS) };
  return {
    group_key: groupKeyOf(trigger, settings.groupBy),
    recipient: recipientKeyOf(trigger),
    kind,
    audience,
    severity: rankOf(trigger),
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
