import type { Clock } from '../../common/clock/clock.js';
import { LineLimit } from '../../common/log/line-limit.js';
import type { SecretText } from '../../common/secrets/secret-text.js';
import type { AlertOutbox } from '../alerting/outbox/alert-outbox.js';
import { EpochSalts } from '../geo-velocity/privacy/epoch-salts.js';
import { Pseudonyms } from '../geo-velocity/privacy/pseudonyms.js';
import type { DecisionRecord } from '../screening/decision-record.js';
import type { DecisionEvent, DecisionListener } from '../screening/risk-events.js';
import type { Database } from '../storage/database.js';
import { DecisionLogHealth, type DecisionLogReport } from './decision-log-report.js';
import { turnOfOthers } from './writing/turn-of-others.js';
import { BatchMaker } from './writing/batch-maker.js';
import { BatchWriter } from './writing/batch-writer.js';
import { DecisionBuffer } from './writing/decision-buffer.js';
import { DecisionSummaries } from './writing/decision-summaries.js';
import { KnownTexts } from './writing/known-texts.js';
import { triggersWithoutSender } from './writing/owed-triggers.js';
import { PartWriter } from './writing/part-writer.js';
import type { WaitingDecision } from './writing/waiting-decision.js';
import { WriteLoop } from './writing/write-loop.js';

/** Milliseconds for which batches gather, where nobody waits for them. */
const GATHER_MS = 250;
/** Entries of a full batch; a statement of so many takes some tens of milliseconds. */
const BATCH_ENTRIES = 500;
const MOST_WAITING = 10_000;

export interface DecisionLogOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** `batched`: listens, and nobody waits. `durable`: whoever {@link DecisionLog.keep}s is told once it is committed. */
  readonly mode: 'batched' | 'durable';
  /** Where decisions raise their alerts, in the transaction that writes them. `undefined` raises none. */
  readonly outbox: AlertOutbox | undefined;
  /** The key of the pseudonyms that stand for addresses. */
  readonly hashKey: SecretText | undefined;
  readonly retentionDays: number;
  /** Days that plain addresses are kept; 0 writes none. */
  readonly addressDays: number;
  /** Told, a line at a time and rarely, what was not kept. Holds no address. */
  readonly warn: (line: string) => void;
  /** Entries that may wait; what comes beyond is only counted. @default 10000 */
  readonly mostWaiting?: number;
}

/** Every decision on record: exact in number whatever happens short of a crash, and written off the path of requests. */
export class DecisionLog implements DecisionRecord {
  readonly mode: 'batched' | 'durable';
  private readonly clock: Clock;
  private readonly outbox: AlertOutbox | undefined;
  private readonly warn: (line: string) => void;
  private readonly buffer: DecisionBuffer;
  private readonly summaries = new DecisionSummaries();
  private readonly health: DecisionLogHealth;
  private readonly summaryLines: LineLimit;
  /** What was taken out of memory and is not written yet. */
  private readonly parts: PartWriter;
  private readonly loop: WriteLoop;
  private isClosed = false;
  private isLateTold = false;

  constructor(options: DecisionLogOptions) {
    const { database, clock, outbox, hashKey, retentionDays, addressDays } = options;
    this.mode = options.mode;
    this.clock = clock;
    this.outbox = outbox;
    this.warn = options.warn;
    this.buffer = new DecisionBuffer(options.mostWaiting ?? MOST_WAITING);
    this.health = new DecisionLogHealth(clock);
    this.summaryLines = new LineLimit(clock);
    const pseudonyms = new Pseudonyms(hashKey, new EpochSalts({ database, clock, retentionDays }));
    const known = new KnownTexts();
    const alerts = outbox?.settings;
    this.parts = new PartWriter({
      clock,
      maker: new BatchMaker({ pseudonyms, keepsAddresses: addressDays > 0, alerts, known }),
      writer: new BatchWriter({ database, clock, outbox, known }),
      health: this.health,
      alerts,
      onDone: (entries) => {
        this.buffer.done(entries);
      },
      warn: options.warn,
    });
    this.loop = new WriteLoop({
      clock,
      gatherMs: options.mode === 'durable' ? 0 : GATHER_MS,
      isFull: () => this.buffer.untaken >= BATCH_ENTRIES || !this.parts.isEmpty,
      isEmpty: () => this.buffer.size === 0 && this.summaries.count === 0 && this.parts.isEmpty,
      writeSome: () => this.writeSome(),
    });
  }

  /** Counts the decision, and has it written soon. Never throws. */
  readonly record: DecisionListener = (event: DecisionEvent): void => {
    this.add(event);
  };

  keep(event: DecisionEvent, withinMs: number): Promise<boolean> {
    const entry = this.add(event);
    if (entry === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const cancel = this.clock.after(withinMs, () => {
        entry.isConfirmed = false;
        resolve(false);
      });
      entry.waiters.push((isKept) => {
        cancel();
        resolve(isKept);
      });
    });
  }

  /** What waits, what was written and what was not, since the start of the process. */
  report(): DecisionLogReport {
    return { mode: this.mode, waiting: this.buffer.size, ...this.health.report() };
  }

  /**
   * Writes what waits, and says in one line what could not be written in that time. What comes afterwards is not taken any
   * more. The database is closed after it, not before.
   */
  async close(withinMs: number): Promise<void> {
    await this.loop.close(withinMs);
    if (this.isClosed) return;
    this.isClosed = true;
    const lost = this.unwritten();
    if (lost === 0) return;
    this.health.lost += lost;
    this.warn(`${lost} decision(s) could not be put on record before the end; check the database.`);
  }

  /** @returns the entry that it waits in; `undefined` where it is only counted. */
  private add(event: DecisionEvent): WaitingDecision | undefined {
    if (this.isClosed) {
      this.health.lost += 1;
      if (!this.isLateTold)
        this.warn('Decisions are still made after the end of the decision log: they are not put on record.');
      this.isLateTold = true;
      return undefined;
    }
    const now = this.clock.now();
    const entry = this.buffer.add(event, now);
    if (entry === undefined) this.summarise(event, now);
    this.loop.wake();
    return entry;
  }

  private summarise(event: DecisionEvent, now: number): void {
    const triggers = this.outbox === undefined ? [] : triggersWithoutSender(event, now, this.outbox.settings);
    const { tally } = this.summaries.add(event, now, triggers);
    // Whoever waits for its record is told that there is none.
    if (this.mode === 'durable') tally.isConfirmed = false;
    this.health.summarised += 1;
    const count = this.summaryLines.take();
    if (count === undefined) return;
    this.warn(
      `${count} decision(s) were only counted, without their details, since the last such line: ${this.buffer.size} ` +
        'wait to be put on record; check the database.',
    );
  }

  private async writeSome(): Promise<void> {
    if (this.parts.isFree) {
      // What comes in the same turn comes with it.
      await turnOfOthers();
      this.parts.add({ entries: this.buffer.take(BATCH_ENTRIES), summaries: this.summaries.take() });
    }
    await this.parts.writeOne();
  }

  private unwritten(): number {
    const waiting = [...this.buffer.take(Infinity), ...this.summaries.take().map(({ tally }) => tally)];
    return waiting.reduce((sum, { count }) => sum + count, this.parts.unwritten);
  }
}
