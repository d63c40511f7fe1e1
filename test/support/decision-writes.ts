import { StorageError } from '../../src/common/errors/ip-risk.error.js';
import { failureOf } from '../../src/modules/storage/storage-failure.js';
import type { Database, QueryResult, SqlValue } from '../../src/modules/storage/database.js';

/** A row as `write_decisions` is given it. */
export interface WrittenRow {
  readonly id: string;
  readonly count: number;
  readonly route: string;
  readonly ip?: string;
  readonly is_summary: boolean;
  readonly is_confirmed: boolean;
  readonly [column: string]: unknown;
}

/** Stands for the database that decisions are written to, and shows what came. No statement is understood. */
export class DecisionWrites {
  isAway = false;
  readonly rows: WrittenRow[] = [];
  readonly signals: string[] = [];
  readonly policies: string[] = [];
  readonly triggers: { readonly count: number; readonly facts: Record<string, unknown> }[] = [];
  /** Numbers of the batches, as they came. */
  readonly batches: unknown[] = [];
  tries = 0;
  /** Rows with this in them are refused, as those that break a constraint are. */
  refused: string | undefined;
  /** The batch that is known before the next one; set to an older one it has lost what came since. */
  last = 0;
  readonly unconfirmed: string[] = [];
  /** Called while a batch is being written. */
  meanwhile: () => void = () => undefined;

  readonly database = {
    schema: 's',
    report: () => ({ kind: 'none', status: 'up', downSince: undefined, reason: undefined }),
    open: () => Promise.resolve(),
    transaction: () => Promise.reject(new Error('not needed')),
    close: () => Promise.resolve(),
    query: (text: string, values?: readonly SqlValue[]) =>
      Promise.resolve().then(() => this.answer(text, values ?? [])),
  } as unknown as Database;

  get counted(): number {
    return this.rows.reduce((sum, { count }) => sum + count, 0);
  }

  private answer(text: string, values: readonly SqlValue[]): QueryResult<unknown> {
    if (this.isAway) {
      this.tries += 1;
      throw new StorageError('STORAGE_UNAVAILABLE', 'The database cannot be used now.');
    }
    if (text.includes('pseudonym_epochs')) return { rows: [{ epoch: values[0], salt: 'salt' }], rowCount: 1 };
    if (this.refused !== undefined && String(values[2]).includes(this.refused)) {
      throw failureOf(Object.assign(new Error('refused'), { severity: 'ERROR', code: '23514' }), 'it').error;
    }
    this.meanwhile();
    const [rows, signals, policies, triggers] = values.slice(2, 6).map((json) => JSON.parse(String(json)) as never[]);
    this.batches.push(values[1]);
    const unconfirmed = JSON.parse(String(values[7])) as { readonly id: string }[];
    this.unconfirmed.push(...unconfirmed.map(({ id }) => id));
    this.rows.push(...(rows ?? []));
    this.signals.push(...(signals ?? []).map(({ digest }) => digest));
    this.policies.push(...(policies ?? []).map(({ digest }) => digest));
    this.triggers.push(...(triggers ?? []));
    const report = { triggered: 0, emitted: 0, suppressed: 0, repeated: 0 };
    const answer = { report, last: this.last };
    this.last = Number(values[1]);
    return { rows: [{ answer }], rowCount: 1 };
  }
}
