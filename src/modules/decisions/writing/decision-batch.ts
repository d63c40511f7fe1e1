import { isoText } from '../../../common/clock/iso-text.js';
import type { Interned } from '../signals/encoded-signals.js';
import { addTally, type WaitingDecision } from './waiting-decision.js';

/** A row with the entries that it stands for. */
export interface BatchRow {
  readonly id: string;
  /** JSON of an object, a `RowContent`. */
  readonly content: string;
  readonly entries: WaitingDecision[];
}

/** Whose mark is settled by the batch: what the login owed is among its triggers. */
export interface SettledLogin {
  readonly user_id: string;
  readonly event_id: string;
}

/** What rows are found again by. */
export interface RowKey {
  readonly id: string;
  readonly minute: string;
}

/** A row as it is sent, however often. */
export interface EncodedRow extends RowKey {
  readonly json: string;
  readonly isConfirmed: boolean;
  readonly entries: readonly WaitingDecision[];
}

export interface InternedTexts {
  readonly signals: readonly Interned[];
  readonly policies: readonly Interned[];
}

/** What earlier batches have left to be put right. */
export interface Amendments extends InternedTexts {
  /** Rows that were sent as confirmed, of which somebody was told otherwise meanwhile. */
  readonly unconfirmed: readonly RowKey[];
}

export const NOTHING_TO_AMEND: Amendments = { signals: [], policies: [], unconfirmed: [] };

/** All that one statement writes, as JSON. It stays the same however often it is sent: a sending before may have succeeded. */
export interface DecisionBatch {
  readonly rows: readonly EncodedRow[];
  /** Texts that are sent with it. */
  readonly sent: InternedTexts;
  /** Texts that it names and the database is known to hold. */
  readonly known: InternedTexts;
  readonly json: {
    readonly rows: string;
    readonly signals: string;
    readonly policies: string;
    readonly triggers: string;
    readonly settled: string;
    readonly unconfirmed: string;
  };
}

/** Decisions in it. */
export function decisionsIn({ rows }: DecisionBatch): number {
  return rows.reduce((sum, { entries }) => sum + entries.reduce((count, entry) => count + entry.count, 0), 0);
}

/** Characters of it; a statement takes no more than so many. */
export function lengthOf({ json }: DecisionBatch): number {
  return Object.values(json).reduce((sum, part: string) => sum + part.length, 0);
}

/** A row as `write_decisions` reads it. */
export function encodedRow({ id, content, entries }: BatchRow): EncodedRow {
  const [first, ...others] = entries;
  if (first === undefined) throw new RangeError('A row of decisions stands for one at least.');
  const tally = others.length === 0 ? first : { ...first };
  for (const other of others) addTally(tally, other);
  const at = isoText(tally.firstAt);
  const minute = isoText(first.minute);
  const { isConfirmed } = tally;
  const counted = JSON.stringify({
    id,
    minute,
    at,
    last_at: tally.lastAt === tally.firstAt ? at : isoText(tally.lastAt),
    count: tally.count,
    latency_sum_ms: Math.round(tally.latencySumMs),
    latency_max_ms: Math.round(tally.latencyMaxMs),
    is_confirmed: isConfirmed,
  });
  return { id, minute, isConfirmed, entries, json: `${counted.slice(0, -1)},${content.slice(1)}` };
}

/** Bodies are JSON already. */
export function encodeInterned(interned: readonly Interned[]): string {
  return `[${interned.map(({ digest, body }) => `{"digest":${JSON.stringify(digest)},"body":${body}}`).join(',')}]`;
}
