import type { Clock } from '../../../common/clock/clock.js';
import type { Database } from '../../storage/database.js';
import { assertUserId } from '../logins/user-id.js';
import { assertWhole } from '../fleet/query-bounds.js';
import { fleetJourneysSql, userJourneySql } from './journey-sql.js';
import type { CountryChange, FleetJourneys, JourneySummary, UserJourney } from './user-journey.js';

const DAY_MS = 86_400_000;
const MOST_DAYS = 3660;
const MOST_USERS = 10_000;

export interface UserJourneysOptions {
  readonly database: Database;
  readonly clock: Clock;
}

export interface FleetJourneysQuery {
  /** Whole days up to now, 1–3660. @default 30 */
  readonly days?: number | undefined;
  /** Users with fewer logins are left out, 1 or more. @default 5 */
  readonly minLogins?: number | undefined;
  /** Most users in the answer, 1–10,000. @default 1000 */
  readonly limit?: number | undefined;
}

interface SummaryRow {
  readonly logins: number;
  readonly first_login: number | null;
  readonly last_login: number | null;
  readonly countries: readonly string[];
}

interface JourneyRow extends SummaryRow {
  readonly change_count: number;
  readonly changes: readonly CountryChange[];
}

interface FleetRow extends SummaryRow {
  readonly user_id: string;
  readonly is_changed: boolean;
}

/** Where users logged in from over the last days, as their events tell it: every kind of network, every country. */
export class UserJourneys {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly userSql: string;
  private readonly fleetSql: string;

  constructor({ database, clock }: UserJourneysOptions) {
    this.database = database;
    this.clock = clock;
    this.userSql = userJourneySql(database.schema);
    this.fleetSql = fleetJourneysSql(database.schema);
  }

  /**
   * @param days whole days up to now, 1–3660.
   * @throws InvalidLoginError for what is no user id and no number of days.
   * @throws StorageError
   */
  async of(userId: string, days = 30): Promise<UserJourney> {
    assertUserId(userId);
    const { rows } = await this.database.query<JourneyRow>(this.userSql, [userId, this.since(days)]);
    const [row] = rows;
    // Counting without groups always makes one row.
    if (row === undefined) throw new TypeError('An aggregate query answered no row.');
    return {
      windowDays: days,
      ...summaryOf(row, row.change_count > 0),
      countryChanges: row.change_count,
      changes: row.changes,
    };
  }

  /**
   * Every user with enough logins, those of most countries first.
   *
   * @throws InvalidLoginError for numbers outside of their ranges.
   * @throws StorageError
   */
  async all({ days = 30, minLogins = 5, limit = 1000 }: FleetJourneysQuery = {}): Promise<FleetJourneys> {
    const since = this.since(days);
    assertWhole(minLogins, 'minLogins', 1_000_000);
    assertWhole(limit, 'limit', MOST_USERS);
    const { rows } = await this.database.query<FleetRow>(this.fleetSql, [since, minLogins, limit + 1]);
    return {
      windowDays: days,
      journeys: rows.slice(0, limit).map((row) => ({ userId: row.user_id, ...summaryOf(row, row.is_changed) })),
      isComplete: rows.length <= limit,
    };
  }

  private since(days: number): string {
    assertWhole(days, 'days', MOST_DAYS);
    return new Date(this.clock.now() - days * DAY_MS).toISOString();
  }
}

function summaryOf(row: SummaryRow, hasCountryChanges: boolean): JourneySummary {
  return {
    totalLogins: row.logins,
    countriesVisited: row.countries.length,
    countrySequence: row.countries,
    hasCountryChanges,
    firstLogin: row.first_login ?? undefined,
    lastLogin: row.last_login ?? undefined,
  };
}
