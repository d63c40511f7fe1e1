/** What a query may be given. Instants go as `Date` or as ISO 8601 text, JSON as text. */
export type SqlValue = string | number | boolean | Date | null | readonly string[] | readonly number[];

export interface QueryResult<Row> {
  readonly rows: readonly Row[];
  /** Rows read, or changed by a statement that returns none. */
  readonly rowCount: number;
}

/** Where statements are run: the database itself, or a transaction in it. */
export interface DatabaseSession {
  /**
   * Runs one statement with `$1`, `$2`, … for its values.
   *
   * @throws StorageError
   */
  query<Row>(text: string, values?: readonly SqlValue[]): Promise<QueryResult<Row>>;
}

/**
 * `closed`: not opened yet, or closed for good. `opening`: on its way, the first time. `down`: it was asked and did not
 * answer.
 */
export type DatabaseStatus = 'closed' | 'opening' | 'up' | 'down';

export interface DatabaseReport {
  /** `none` where none is configured. */
  readonly kind: 'postgres' | 'embedded' | 'none';
  readonly status: DatabaseStatus;
  /** Milliseconds since 1970. */
  readonly downSince: number | undefined;
  /** Why it is down; holds no password and no address of a client. */
  readonly reason: string | undefined;
  /** The embedded one is being made for the first time: nothing was ever written to it. @default false */
  readonly isBeingMade?: boolean;
}

/** One Postgres, somewhere else or in this process. It opens itself with the first statement. */
export interface Database extends DatabaseSession {
  /** The Postgres schema that holds all of our tables; safe to write into a statement. */
  readonly schema: string;
  /** Connects and brings the schema up to date. More calls wait for the first; after a failure the next call tries again. */
  open(): Promise<void>;
  /** Commits what `work` did, or undoes all of it where `work` throws. */
  transaction<T>(work: (session: DatabaseSession) => Promise<T>): Promise<T>;
  /** Says what is known without asking the database. */
  report(): DatabaseReport;
  close(): Promise<void>;
}

/** Token of the {@link Database}; where none is configured, one of kind `none` that refuses everything. */
export const DATABASE = Symbol('IP_RISK:DATABASE');
