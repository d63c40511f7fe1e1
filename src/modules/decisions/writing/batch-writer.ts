import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import type { AlertOutbox, RaiseReport } from '../../alerting/outbox/alert-outbox.js';
import type { Database } from '../../storage/database.js';
import { encodeInterned, encodeRows, type DecisionBatch } from './decision-batch.js';
import type { KnownTexts } from './known-texts.js';

export interface BatchWriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: AlertOutbox | undefined;
  readonly known: KnownTexts;
}

const WRITER_BYTES = 16;

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
  private written = 0;

  constructor({ database, clock, outbox, known }: BatchWriterOptions) {
    this.database = database;
    this.clock = clock;
    this.outbox = outbox;
    this.known = known;
  }

  /**
   * One round trip. After a failure the same batch, or what its entries have become, comes next.
   *
   * @throws StorageError
   */
  async write({ rows, signals, policies, triggers, settled }: DecisionBatch): Promise<void> {
    const now = this.clock.now();
    const { rows: answers } = await this.database.query<{ readonly report: RaiseReport | null }>(
      `select ${this.database.schema}.write_decisions($1, $2, $3, $4, $5, $6, $7, $8) as report`,
      [
        this.writer,
        this.written + 1,
        encodeRows(rows),
        encodeInterned(signals),
        encodeInterned(policies),
        this.outbox?.encode(triggers) ?? '[]',
        JSON.stringify(settled),
        isoText(now),
      ],
    );
    this.written += 1;
    this.known.add(
      [...signals, ...policies].map(({ digest }) => digest),
      now,
    );
    const report = answers[0]?.report;
    if (report) this.outbox?.noted(report);
  }
}
