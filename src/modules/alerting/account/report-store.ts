import { isoText } from '../../../common/clock/iso-text.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { Database, SqlValue } from '../../storage/database.js';
import { millisOf } from '../../storage/millis-of.js';
import type { PageCursor } from '../../../common/paging/page-cursor.js';
import { despiteDeadlocks } from '../../storage/despite-deadlocks.js';
import type { RaiseReport } from '../outbox/alert-outbox.js';
import type { AccountHold, AccountReport } from './account-report.js';
import type { AccountAnswer } from './answer-links.js';

/** The alert that a link is about. */
export interface AskedAlert {
  readonly userId: string;
  readonly network: string | undefined;
  readonly country: string | undefined;
  readonly city: string | undefined;
  readonly ip: string | undefined;
  readonly asn: number | undefined;
  /** Milliseconds since 1970. */
  readonly lastAt: number;
  readonly isAnswered: boolean;
}

export interface AnswerRow {
  readonly alertId: string;
  readonly answer: AccountAnswer;
  readonly alert: AskedAlert;
  readonly now: number;
  readonly trustedUntil: number;
  /** What a "no" raises, as the outbox encodes it. */
  readonly triggers: string;
}

type Nullable<T> = { readonly [Key in keyof T]: undefined extends T[Key] ? Exclude<T[Key], undefined> | null : T[Key] };

/** Users' answers in the database; each method is one statement. */
export class ReportStore {
  private readonly schema: string;

  constructor(private readonly database: Database) {
    this.schema = database.schema;
  }

  /** `undefined` where there is no such alert, or it is none that a user was asked about: one of a recorded login. */
  async find(alertId: string): Promise<AskedAlert | undefined> {
    const { rows } = await this.database.query<Nullable<AskedAlert>>(
      `select a.facts ->> 'user' as "userId", a.facts ->> 'trustNetwork' as network, a.facts ->> 'country' as country,
         a.facts ->> 'city' as city, a.facts ->> 'ip' as ip, (a.facts ->> 'asn')::double precision as asn,
         ${millisOf('a.last_at')} as "lastAt", r.alert_id is not null as "isAnswered"
       from ${this.schema}.alerts a left join ${this.schema}.account_reports r on r.alert_id = a.id
       where a.id = $1::text and a.audience = 'user' and a.facts ->> 'user' is not null
         and a.facts ->> 'eventId' is not null`,
      [alertId],
    );
    return rows[0] && known(rows[0]);
  }

  /** Takes the answer with all that follows from it, or nothing of it. @returns `undefined` where one was taken before. */
  async answer({ alertId, answer, alert, now, trustedUntil, triggers }: AnswerRow): Promise<Taken | undefined> {
    const { userId, network, country } = alert;
    const values = [
      alertId,
      answer,
      userId,
      network ?? null,
      country ?? null,
      isoText(now),
      isoText(trustedUntil),
      triggers,
    ];
    // Raising alerts takes locks of groups and recipients after the user's.
    return despiteDeadlocks(() => this.answered(values));
  }

  async release(userId: string, now: number): Promise<number> {
    const { rows } = await this.database.query<{ readonly released: number }>(
      `select ${this.schema}.release_account($1, $2) as released`,
      [userId, isoText(now)],
    );
    return rows[0]?.released ?? 0;
  }

  async holdsOf(userId: string, now: number): Promise<AccountHold[]> {
    const { rows } = await this.database.query<AccountHold>(
      `select substr(id, length('held:') + 1) as "alertId", ${millisOf('since')} as since
       from ${this.schema}.user_trust
       where user_id = $1::text and kind = 'held' and until > $2::timestamptz order by since, id`,
      [userId, isoText(now)],
    );
    return [...rows];
  }

  /** Newest first. */
  async list(userId: string | undefined, before: PageCursor | undefined, limit: number): Promise<AccountReport[]> {
    const { rows } = await this.database.query<Nullable<AccountReport>>(
      `select alert_id as "alertId", user_id as "userId", answer, country,
         ${millisOf('answered_at')} as "answeredAt",
         ${millisOf('trusted_until')} as "trustedUntil",
         ${millisOf('released_at')} as "releasedAt"
       from ${this.schema}.account_reports
       where ($1::text is null or user_id = $1::text)
         and ($2::timestamptz is null or (answered_at, alert_id) < ($2::timestamptz, $3::text))
       order by answered_at desc, alert_id desc limit $4::integer`,
      [userId ?? null, before === undefined ? null : isoText(before.at), before?.id ?? null, limit],
    );
    return rows.map((row) => known<AccountReport>(row));
  }

  /** Of alerts that are gone, whose links lead nowhere; a hold keeps its answer. */
  async clear(before: number): Promise<number> {
    const { rowCount } = await this.database.query(
      `delete from ${this.schema}.account_reports r
       where r.answered_at < $1::timestamptz and (r.answer = 'yes' or r.released_at is not null or r.user_id is null)
         and not exists (select from ${this.schema}.alerts a where a.id = r.alert_id)`,
      [isoText(before)],
    );
    return rowCount;
  }

  private async answered(values: readonly SqlValue[]): Promise<Taken | undefined> {
    const { rows } = await this.database.query<{ readonly answered: AnsweredJson }>(
      `select ${this.schema}.answer_alert($1, $2, $3, $4, $5, $6, $7, $8) as answered`,
      values,
    );
    const { taken, raised } = first(rows).answered;
    return taken ? { raised: raised ?? undefined } : undefined;
  }
}

/** Of an answer that was taken; `raised` for a "no". */
export interface Taken {
  readonly raised: RaiseReport | undefined;
}

interface AnsweredJson {
  readonly taken: boolean;
  readonly raised: RaiseReport | null;
}

function first<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new StorageError('STORAGE_FAILED', 'A function of the schema gave no answer.');
  return row;
}

/** What the database does not know is `null` there, and `undefined` here. */
function known<T extends object>(row: Nullable<T>): T {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as T;
}
