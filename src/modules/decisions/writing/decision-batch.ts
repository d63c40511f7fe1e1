import { isoText } from '../../../common/clock/iso-text.js';
import type { AlertTrigger } from '../../alerting/alert.js';
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

/** All that one statement writes. */
export interface DecisionBatch {
  readonly rows: readonly BatchRow[];
  readonly signals: readonly Interned[];
  readonly policies: readonly Interned[];
  readonly triggers: readonly AlertTrigger[];
  readonly settled: readonly SettledLogin[];
}

/** Decisions in it. */
export function decisionsIn({ rows }: DecisionBatch): number {
  return rows.reduce((sum, { entries }) => sum + entries.reduce((count, entry) => count + entry.count, 0), 0);
}

/** The rows as `write_decisions` reads them. Made for each try: in between a request may have given up waiting. */
export function encodeRows(rows: readonly BatchRow[]): string {
  return `[${rows.map(encoded).join(',')}]`;
}

function encoded({ id, content, entries: [first, ...others] }: BatchRow): string {
  if (first === undefined) throw new RangeError('A row of decisions stands for one at least.');
  const tally = others.length === 0 ? first : { ...first };
  for (const other of others) addTally(tally, other);
  const at = isoText(tally.firstAt);
  const counted = JSON.stringify({
    id,
    minute: isoText(first.minute),
    at,
    last_at: tally.lastAt === tally.firstAt ? at : isoText(tally.lastAt),
    count: tally.count,
    latency_sum_ms: Math.round(tally.latencySumMs),
    latency_max_ms: Math.round(tally.latencyMaxMs),
    is_confirmed: tally.isConfirmed,
  });
  return `${counted.slice(0, -1)},${content.slice(1)}`;
}

/** Bodies are JSON already. */
export function encodeInterned(interned: readonly Interned[]): string {
  return `[${interned.map(({ digest, body }) => `{"digest":${JSON.stringify(digest)},"body":${body}}`).join(',')}]`;
}
