import type { Clock } from '../../../common/clock/clock.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import { LineLimit } from '../../../common/log/line-limit.js';
import type { AlertSettings } from '../../alerting/alert-settings.js';
import type { DecisionLogHealth } from '../decision-log-report.js';
import type { BatchMaker, TakenDecisions } from './batch-maker.js';
import { amendingPart, isAmending, sizeOf, smallerParts, type BatchPart } from './batch-part.js';
import type { BatchWriter } from './batch-writer.js';
import { decisionsIn, lengthOf, type DecisionBatch } from './decision-batch.js';
import { onlyCounted, type SummarisedDecisions } from './decision-summaries.js';
import { isRefusal } from './is-refusal.js';
import { giveUp, type WaitingDecision } from './waiting-decision.js';

/** Characters of a statement; joining and sending more of them would hold requests up. */
const LONGEST_BATCH = 4_000_000;

export interface PartWriterOptions {
  readonly clock: Clock;
  readonly maker: BatchMaker;
  readonly writer: BatchWriter;
  readonly health: DecisionLogHealth;
  readonly alerts: AlertSettings | undefined;
  /** So many entries need no room any more. */
  readonly onDone: (entries: number) => void;
  readonly warn: (line: string) => void;
}

/**
 * Writes what was taken. What the database refuses is halved until the one thing that it refuses is alone: of that only
 * the count is written, and all others are written as they are. A batch of which nobody knows what became of it is never
 * halved: it is sent again as it is.
 */
export class PartWriter {
  private readonly options: PartWriterOptions;
  private readonly countedLines: LineLimit;
  private readonly lostLines: LineLimit;
  private parts: readonly BatchPart[] = [];
  /** Made of the first part. */
  private batch: DecisionBatch | undefined;

  constructor(options: PartWriterOptions) {
    this.options = options;
    this.countedLines = new LineLimit(options.clock);
    this.lostLines = new LineLimit(options.clock);
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** Whether more can be {@link add}ed: nothing was taken that is not written yet. */
  get isFree(): boolean {
    return this.batch === undefined && this.parts.every((part) => sizeOf(part) === 0);
  }

  add(taken: TakenDecisions): void {
    const { amendments } = amendingPart(this.parts.map((part) => part.amendments));
    this.parts = [{ ...taken, amendments }];
  }

  /** Writes a part, or finds that it has to be written in smaller ones. @throws StorageError where the same comes next */
  async writeOne(): Promise<void> {
    const [part] = this.parts;
    if (part === undefined) return;
    try {
      const batch = (this.batch ??= await this.made(part));
      if (batch === undefined || lengthOf(batch) > LONGEST_BATCH) {
        const smaller = smallerParts(part);
        if (smaller !== undefined || batch === undefined) {
          this.replace(smaller ?? this.fallback(part));
          return;
        }
      }
      this.finish(part, batch, amendingPart([await this.options.writer.write(batch)]));
    } catch (error) {
      this.options.health.failed(error);
      if (!isRefusal(error)) throw error;
      this.replace(smallerParts(part) ?? this.fallback(part));
    }
  }

  /** Decisions that are not written. */
  get unwritten(): number {
    return this.parts.reduce((sum, { entries, summaries }) => {
      const tallies = [...entries, ...summaries.map(({ tally }) => tally)];
      return sum + tallies.reduce((count, tally) => count + tally.count, 0);
    }, 0);
  }

  /** @returns `undefined` where there is something in it of which nothing can be made */
  private async made(part: BatchPart): Promise<DecisionBatch | undefined> {
    const { maker, clock, health } = this.options;
    try {
      return await maker.make(part, clock.now(), part.amendments);
    } catch (error) {
      if (error instanceof StorageError) throw error;
      health.failed(error);
      return undefined;
    }
  }

  private finish({ entries }: BatchPart, batch: DecisionBatch, amending: BatchPart): void {
    const { health, onDone } = this.options;
    health.wrote(decisionsIn(batch), batch.rows.length);
    this.parts = [...this.parts.slice(1), ...(isAmending(amending) ? [amending] : [])];
    this.batch = undefined;
    onDone(entries.length);
    for (const { waiters } of entries) for (const tell of waiters) tell(true);
  }

  private replace(parts: readonly BatchPart[]): void {
    this.parts = [...parts, ...this.parts.slice(1)];
    this.batch = undefined;
  }

  /** What is written instead of one thing that was refused. */
  private fallback({ entries: [entry], summaries: [summary], amendments }: BatchPart): BatchPart[] {
    const counted = entry === undefined ? summary && this.lessOf(summary) : this.counted(entry);
    return counted === undefined ? [] : [{ entries: [], summaries: [counted], amendments }];
  }

  private counted(entry: WaitingDecision): SummarisedDecisions {
    const { alerts, onDone, warn } = this.options;
    giveUp(entry);
    onDone(1);
    const count = this.countedLines.take();
    if (count !== undefined) {
      warn(
        `The database refused the details of ${count} entr${count === 1 ? 'y' : 'ies'} of the decision log since the last ` +
          'such line: only their number is put on record.',
      );
    }
    return onlyCounted(entry, alerts);
  }

  private lessOf({ tally, triggers }: SummarisedDecisions): SummarisedDecisions | undefined {
    if (triggers.size > 0) return { tally, triggers: new Map() };
    const { health, warn } = this.options;
    health.lost += tally.count;
    if (this.lostLines.take() !== undefined) {
      warn(`${health.lost} decision(s) are lost so far: the database refused even their number; check its schema.`);
    }
    return undefined;
  }
}
