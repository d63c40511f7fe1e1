import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import { effectiveAddress } from '../../../common/ip/embedded-ipv4.js';
import type { SecretText } from '../../../common/secrets/secret-text.js';
import { EpochSalts, LASTING_EPOCH } from '../../geo-velocity/privacy/epoch-salts.js';
import { Pseudonyms } from '../../geo-velocity/privacy/pseudonyms.js';
import type { RiskAction } from '../../policy/risk-decision.js';
import type { RiskLevel } from '../../scoring/risk-level.js';
import type { Database, SqlValue } from '../../storage/database.js';
import type { PageCursor } from '../../../common/paging/page-cursor.js';
import { decisionColumns, readDecision, type DecisionRecordRow } from './decision-record-row.js';
import type { LoggedDecision } from './logged-decision.js';

/** What is asked for; everything that is set must hold. */
export interface DecisionFilter {
  readonly action?: RiskAction | undefined;
  /** Its name. */
  readonly policy?: string | undefined;
  readonly level?: RiskLevel | undefined;
  readonly subject?: string | undefined;
  /** Also where only its pseudonym is left, as far as the month's salt and the key are the same. */
  readonly ip?: IpAddress | undefined;
  /** Milliseconds since 1970: from this one on, and before that one. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** {@link DecisionPage.next} of the page before. */
  readonly before?: PageCursor | undefined;
  /** 1 or more. */
  readonly limit: number;
}

/** A page of what was asked for. */
export interface DecisionPage {
  /** Newest first. */
  readonly decisions: readonly LoggedDecision[];
  /** Asks for the next page; `undefined` on the last one. */
  readonly next: PageCursor | undefined;
}

export interface DecisionReaderOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** The key of the pseudonyms that decisions are written with. */
  readonly hashKey: SecretText | undefined;
  /** Days that salts are remembered in this process. */
  readonly retentionDays: number;
}

/** Finds decisions on record. */
export class DecisionReader {
  private readonly database: Database;
  private readonly pseudonyms: Pseudonyms;
  private readonly from: string;

  constructor({ database, clock, hashKey, retentionDays }: DecisionReaderOptions) {
    this.database = database;
    this.pseudonyms = new Pseudonyms(hashKey, new EpochSalts({ database, clock, retentionDays }));
    const { schema } = database;
    this.from = `select ${decisionColumns('d')}, s.body as signals, p.body as "policyBody"
      from ${schema}.decisions d
      left join ${schema}.decision_signals s on s.digest = d.signals_digest
      left join ${schema}.decision_policies p on p.digest = d.policy_digest`;
  }

  /** @throws StorageError */
  async list(filter: DecisionFilter): Promise<DecisionPage> {
    const values: SqlValue[] = [];
    const conditions = await this.conditions(filter, values);
    values.push(filter.limit + 1);
    const { rows } = await this.database.query<DecisionRecordRow>(
      `${this.from} where ${conditions.join(' and ')} order by d.at desc, d.id desc limit $${values.length}::bigint`,
      values,
    );
    const decisions = rows.slice(0, filter.limit).map(readDecision);
    const last = decisions.at(-1);
    return { decisions, next: rows.length > filter.limit ? last && { at: last.at, id: last.id } : undefined };
  }

  /** @throws StorageError */
  async find(id: string): Promise<LoggedDecision | undefined> {
    const { rows } = await this.database.query<DecisionRecordRow>(`${this.from} where d.id = $1::text limit 1`, [id]);
    return rows[0] && readDecision(rows[0]);
  }

  private async conditions(filter: DecisionFilter, values: SqlValue[]): Promise<string[]> {
    const value = (given: SqlValue, type: string): string => `$${values.push(given)}::${type}`;
    const conditions = ['true'];
    const { action, policy, level, subject, ip, since, until, before } = filter;
    if (action !== undefined) conditions.push(`d.action = ${value(action, 'text')}`);
    if (policy !== undefined) conditions.push(`d.policy = ${value(policy, 'text')}`);
    if (level !== undefined) conditions.push(`d.level = ${value(level, 'text')}`);
    if (subject !== undefined) conditions.push(`d.subject = ${value(subject, 'text')}`);
    if (since !== undefined) conditions.push(`d.at >= ${value(isoText(since), 'timestamptz')}`);
    if (until !== undefined) conditions.push(`d.at < ${value(isoText(until), 'timestamptz')}`);
    if (before !== undefined) {
      conditions.push(`(d.at, d.id) < (${value(isoText(before.at), 'timestamptz')}, ${value(before.id, 'text')})`);
    }
    if (ip !== undefined) {
      const address = effectiveAddress(ip);
      const names = await this.namesOf(address);
      conditions.push(`(d.ip = ${value(address.text, 'inet')} or d.ip_pseudonym = any(${value(names, 'text[]')}))`);
    }
    return conditions;
  }

  /** The pseudonyms of an address in all months whose salts are there. */
  private async namesOf(address: IpAddress): Promise<string[]> {
    const { rows } = await this.database.query<{ readonly epoch: string }>(
      `select epoch from ${this.database.schema}.pseudonym_epochs where epoch <> $1::text`,
      [LASTING_EPOCH],
    );
    const months = rows.map(({ epoch }) => Date.parse(`${epoch}-01T00:00:00Z`)).filter((ts) => !Number.isNaN(ts));
    return Promise.all(months.map(async (ts) => (await this.pseudonyms.of(address, ts)).address));
  }
}
