import { isoText } from '../../../common/clock/iso-text.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { Database, QueryResult, SqlValue } from '../../storage/database.js';
import { millisOf } from '../../storage/millis-of.js';
import { LOGIN_JSON } from '../../storage/schema/login-functions.js';
import { sqlStateOf } from '../../storage/storage-failure.js';
import type { TrustEntry } from '../trust/relief.js';
import { readTrust, type TrustRow } from '../trust/stored-trust.js';
import { readStoredLogin, type LoginRow, type StoredLogin } from './stored-login.js';

const MOST_TRIES = 3;
/** A partition has taken the row's month over (check_violation), two have waited for each other (deadlock_detected). */
const PASSING: ReadonlySet<string> = new Set(['23514', '40P01']);

/** What `record_login` is called with. */
const RECORD_VALUES = Array.from({ length: 17 }, (_, index) => `$${index + 1}`).join(', ');

/** Rows of one statement while a whole history is read: some milliseconds of work. */
const ROWS_AT_ONCE = 250;

/** What surrounds a login in its user's history. */
export interface Surroundings {
  /** The login as it was recorded before, where it was. */
  readonly stored: StoredLogin | undefined;
  /** Comparable logins, oldest first. */
  readonly before: readonly StoredLogin[];
  readonly after: readonly StoredLogin[];
  readonly trust: readonly TrustEntry[];
  /** Recording left a mark: the login lies elsewhere than one of these. */
  readonly isMarked: boolean;
}

/** How a login is recorded. */
export interface Recording {
  /** Decided now, for ever. */
  readonly isComparable: boolean;
  /** The event id is the caller's, and may have been stored with another time. */
  readonly isGivenId: boolean;
  /** Milliseconds since 1970: marked with it where the login may be a finding. @default never marked */
  readonly watchedAt?: number | undefined;
}

type SurroundingsAnswer = readonly [
  stored: LoginRow | null,
  before: readonly LoginRow[] | null,
  after: readonly LoginRow[] | null,
  trust: readonly TrustRow[] | null,
  isMarked?: boolean,
];

interface SurroundingsRow {
  readonly found: SurroundingsAnswer;
}

export interface StoreOptions {
  readonly database: Database;
  /** Milliseconds before and after a login that matter. */
  readonly horizonMs: number;
}

/** Logins of users in the database. Every method but {@link LoginStore.pages} is one round trip. */
export class LoginStore {
  private readonly database: Database;
  private readonly schema: string;
  private readonly horizon: string;

  constructor({ database, horizonMs }: StoreOptions) {
    this.database = database;
    this.schema = database.schema;
    this.horizon = `${horizonMs} milliseconds`;
  }

  /** Stores the login where it is not stored yet. */
  record(userId: string, login: StoredLogin, { isComparable, isGivenId, watchedAt }: Recording): Promise<Surroundings> {
    const { place } = login;
    const call =
      watchedAt === undefined ? `record_login(${RECORD_VALUES})` : `record_watched_login(${RECORD_VALUES}, $18)`;
    return this.surroundings(`select ${this.schema}.${call} as found`, [
      userId,
      login.eventId,
      isoText(login.ts),
      login.ip ?? null,
      place.country ?? null,
      place.region ?? null,
      place.city ?? null,
      place.latitude ?? null,
      place.longitude ?? null,
      place.asn ?? null,
      place.accuracyRadiusKm ?? null,
      place.network,
      isComparable,
      login.ipPseudonym ?? null,
      login.prefixPseudonym ?? null,
      this.horizon,
      isGivenId,
      ...(watchedAt === undefined ? [] : [isoText(watchedAt)]),
    ]);
  }

  /** The login as it was recorded and what surrounds it now, in one statement; `undefined` where it is gone. */
  async find(userId: string, eventId: string): Promise<(Surroundings & { readonly stored: StoredLogin }) | undefined> {
    const { rows } = await this.database.query<SurroundingsRow & { readonly login: LoginRow }>(
      `select ${LOGIN_JSON} as login, ${this.schema}.check_login(e.user_id, e.event_id, e.ts, $3::interval) as found
       from ${this.schema}.user_login_events e where e.user_id = $1::text and e.event_id = $2::text limit 1`,
      [userId, eventId, this.horizon],
    );
    const [row] = rows;
    return row && { ...readSurroundings(row.found), stored: readStoredLogin(row.login) };
  }

  /** What {@link record} would find before the login. */
  check(userId: string, { eventId, ts }: Pick<StoredLogin, 'eventId' | 'ts'>): Promise<Surroundings> {
    return this.surroundings(`select ${this.schema}.check_login($1, $2, $3, $4) as found`, [
      userId,
      eventId,
      isoText(ts),
      this.horizon,
    ]);
  }

  /** All comparable logins of a user, oldest first, in pages: a history may be long. */
  async *pages(userId: string): AsyncGenerator<readonly StoredLogin[]> {
    let values: readonly SqlValue[] = [userId, '-infinity', ''];
    for (;;) {
      const { rows } = await this.database.query<{ readonly login: LoginRow; readonly at: string }>(
        `select ${LOGIN_JSON} as login, e.ts::text as at from ${this.schema}.user_login_events e
         where e.user_id = $1::text and e.comparable and (e.ts, e.event_id) > ($2::timestamptz, $3::text)
         order by e.ts, e.event_id limit ${ROWS_AT_ONCE}`,
        values,
      );
      const logins = rows.map(({ login }) => readStoredLogin(login));
      yield logins;
      const [last, lastRow] = [logins.at(-1), rows.at(-1)];
      if (last === undefined || lastRow === undefined || rows.length < ROWS_AT_ONCE) return;
      values = [userId, lastRow.at, last.eventId];
    }
  }

  /** Trips that the user announced, ended ones too. */
  async announced(userId: string): Promise<TrustEntry[]> {
    const { rows } = await this.database.query<{ readonly entry: TrustRow }>(
      `select json_build_array(kind, country, network, ${millisOf('since')},
         ${millisOf('until')}) as entry
       from ${this.schema}.user_trust where user_id = $1::text and kind = 'announced'`,
      [userId],
    );
    return rows.map(({ entry }) => readTrust(entry));
  }

  /** Also what was marked. */
  async erase(userId: string): Promise<{ logins: number; trust: number; decisions: number }> {
    const { rows } = await this.database.query<{
      readonly erased: { logins: number; trust: number; decisions: number };
    }>(`select ${this.schema}.erase_watched_user($1) as erased`, [userId]);
    return answered(rows[0]).erased;
  }

  /** A statement that was undone because a partition was made at that moment succeeds the next time. */
  private async persistently<Row>(text: string, values: readonly SqlValue[]): Promise<QueryResult<Row>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.database.query<Row>(text, values);
      } catch (error) {
        if (tries === MOST_TRIES || !PASSING.has(sqlStateOf(error) ?? '')) throw error;
      }
    }
  }

  private async surroundings(text: string, values: readonly SqlValue[]): Promise<Surroundings> {
    const { rows } = await this.persistently<SurroundingsRow>(text, values);
    return readSurroundings(answered(rows[0]).found);
  }
}

function readSurroundings([stored, before, after, trust, isMarked = false]: SurroundingsAnswer): Surroundings {
  return {
    stored: stored === null ? undefined : readStoredLogin(stored),
    before: (before ?? []).map(readStoredLogin).reverse(),
    after: (after ?? []).map(readStoredLogin).reverse(),
    trust: (trust ?? []).map(readTrust),
    isMarked,
  };
}

function answered<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new StorageError('STORAGE_FAILED', 'A function of the schema gave no answer.');
  return row;
}
