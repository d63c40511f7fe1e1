import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import type { AlertOutbox, RaiseReport } from '../../alerting/outbox/alert-outbox.js';
import type { Database } from '../../storage/database.js';
import { NOTHING_TO_AMEND, type Amendments, type DecisionBatch } from './decision-batch.js';
import type { KnownTexts } from './known-texts.js';

export interface BatchWriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: AlertOutbox | undefined;
  readonly known: KnownTexts;
}

const WRITER_BYTES = 16;

interface Answer {
  readonly report: RaiseReport | null;
  /** The batch that was known before. */
  readonly last: number;
}

/**
 * Sends batches to the database, each until it is answered. Batches are numbered: one whose answer was lost is sent again
 * and not counted twice.
 */
export class BatchWriter {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly outbox: AlertOutbox | undefined;
  private readonly known: KnownTexts;
  private readonly writer = randomBytes(WRITER_BYTES).toString('base64url');
  private batch: DecisionBatch | undefined;
  private number = 0;
  private lastWritten = 0;

  constructor({ database, clock, outbox, known }: BatchWriterOptions) {
    this.database = database;
    this.clock = clock;
    this.outbox = outbox;
    this.known = known;
  }

  /**
   * One round trip. The same batch is sent under the same number. Another one gets a new number: what is sent instead of a
   * batch that was refused may not pass for it, should an old sending of that come late.
   *
   * @returns what is to be put right by a batch that follows
   * @throws StorageError
   */
  async write(batch: DecisionBatch): Promise<Amendments> {
    if (this.batch !== batch) this.number += 1;
    this.batch = batch;
    const now = this.clock.now();
    const { json } = batch;
    const { rows: answers } = await this.database.query<{ readonly answer: Answer | null }>(
      `select ${this.database.schema}.write_decisions($1, $2, $3, $4, $5, $6, $7, $8, $9) as answer`,
      [
        this.writer,
        this.number,
        json.rows,
        json.signals,
        json.policies,
        json.triggers,
        json.settled,
        json.unconfirmed,
        isoText(now),
      ],
    );
    const answer = answers[0]?.answer;
    if (answer?.report) this.outbox?.noted(answer.report);
    const isForgotten = answer !== undefined && answer !== null && answer.last < this.lastWritten;
    this.lastWritten = this.number;
    if (isForgotten) this.known.clear();
    this.known.add(
      [...batch.sent.signals, ...batch.sent.policies].map(({ digest }) => digest),
      now,
    );
    const unconfirmed = batch.rows
      .filter((row) => row.isConfirmed && row.entries.some(({ isConfirmed }) => !isConfirmed))
      .map(({ id, minute }) => ({ id, minute }));
    return { ...(isForgotten ? batch.known : NOTHING_TO_AMEND), unconfirmed };
  }
}
