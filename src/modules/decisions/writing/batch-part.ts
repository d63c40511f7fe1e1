import { NOTHING_TO_AMEND, type Amendments } from './decision-batch.js';
import type { TakenDecisions } from './batch-maker.js';

/** What becomes one batch. */
export interface BatchPart extends TakenDecisions {
  readonly amendments: Amendments;
}

/** Entries and summaries in it. */
export function sizeOf({ entries, summaries }: TakenDecisions): number {
  return entries.length + summaries.length;
}

export function isAmending({ amendments }: BatchPart): boolean {
  return Object.values(amendments).some((part: readonly unknown[]) => part.length > 0);
}

/** A part of nothing but what is to be put right. */
export function amendingPart(parts: readonly Amendments[]): BatchPart {
  const amendments = {
    signals: parts.flatMap(({ signals }) => signals),
    policies: parts.flatMap(({ policies }) => policies),
    unconfirmed: parts.flatMap(({ unconfirmed }) => unconfirmed),
  };
  return { entries: [], summaries: [], amendments };
}

/** The same in smaller parts: what is to be put right, and the halves of the rest. `undefined` where it has but one thing. */
export function smallerParts(part: BatchPart): BatchPart[] | undefined {
  const size = sizeOf(part);
  const isMixed = isAmending(part) && size > 0;
  if (size < 2 && !isMixed) return undefined;
  const { entries, summaries } = part;
  const middle = size < 2 ? size : Math.ceil(size / 2);
  const ofSummaries = Math.max(middle - entries.length, 0);
  const halves = [
    { entries: entries.slice(0, middle), summaries: summaries.slice(0, ofSummaries), amendments: NOTHING_TO_AMEND },
    { entries: entries.slice(middle), summaries: summaries.slice(ofSummaries), amendments: NOTHING_TO_AMEND },
  ].filter((half) => sizeOf(half) > 0);
  return isMixed ? [amendingPart([part.amendments]), ...halves] : halves;
}
