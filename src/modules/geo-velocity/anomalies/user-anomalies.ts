import type { Database } from '../../storage/database.js';
import { LOGIN_JSON } from '../../storage/schema/login-functions.js';
import { linkedPoints } from '../logins/linked-points.js';
import { readStoredLogin, type LoginRow } from '../logins/stored-login.js';
import { assertUserId } from '../logins/user-id.js';
import { anomalousLogins, LEAST_LOGINS, type LoginAnomaly } from './login-anomalies.js';

/** What is older says little of a user's habits, and the answer is worked out while others wait. */
export const MOST_LOGINS = 1000;

export interface UserAnomalyReport {
  /** `too-few`: there is nothing usual yet to stand out from, so that no anomalies mean nothing. */
  readonly status: 'too-few' | 'analysed';
  /** Logins with coordinates, through any network; the last {@link MOST_LOGINS} where there are more. */
  readonly logins: number;
  /** So many logins are needed. */
  readonly needed: number;
  /** In order of time; `index` counts `logins` from 0. */
  readonly anomalies: readonly LoginAnomaly[];
}

export interface UserAnomaliesOptions {
  readonly database: Database;
}

/** Which of a user's stored logins stand out from the others. */
export class UserAnomalies {
  private readonly database: Database;
  private readonly sql: string;

  constructor({ database }: UserAnomaliesOptions) {
    this.database = database;
    this.sql = `
      select ${LOGIN_JSON} as login from ${database.schema}.user_login_events e
      where e.user_id = $1::text and e.lat between -90 and 90 and e.lon between -180 and 180
        and not (e.lat = 0 and e.lon = 0)
      order by e.ts desc, e.event_id desc limit ${MOST_LOGINS}`;
  }

  /**
   * @throws InvalidLoginError for what is no user id.
   * @throws StorageError
   */
  async of(userId: string): Promise<UserAnomalyReport> {
    assertUserId(userId);
    const { rows } = await this.database.query<{ readonly login: LoginRow }>(this.sql, [userId]);
    const logins = rows.length;
    if (logins < LEAST_LOGINS) return { status: 'too-few', logins, needed: LEAST_LOGINS, anomalies: [] };
    const history = linkedPoints(rows.map(({ login }) => readStoredLogin(login)));
    return { status: 'analysed', logins, needed: LEAST_LOGINS, anomalies: anomalousLogins(history) };
  }
}
