import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { Database, DatabaseSession, QueryResult, SqlValue } from '../../storage/database.js';
import { DEFAULT_TRAVEL_LIMITS, type TravelLimits } from '../travel/travel-verdict.js';
import type { HostingAsnCount, HostingLogin, HostingLogins, Travellers, VisitedCountry } from './fleet-report.js';
import { hostingLoginsSql, travellersSql } from './fleet-sql.js';
import { EARTH_RADIUS_KM, greatCircleSql } from './great-circle-sql.js';
import { addHostingAsns, replaceHostingAsns, type ReplacedAsns } from './hosting-asn-list.js';
import { toImpossibleTrip, type ImpossibleTrips, type TripRow } from './impossible-trip.js';
import { impossibleTripsSql, type TravelRule } from './impossible-trips-sql.js';
import { assertWhole, queryBounds, type FleetWindow } from './query-bounds.js';

const HOUR_MS = 3_600_000;
/** Questions at once in one process: they read all logins of a window, and logins want their turn too. */
const MOST_AT_ONCE = 2;

export interface FleetTravelOptions {
  readonly database: Database;
  readonly limits?: TravelLimits | undefined;
  /** Whole days; a window is never longer. @default 90 */
  readonly retentionDays?: number | undefined;
}

export interface ImpossibleTravelQuery extends FleetWindow {
  /** @default 'least-distance' */
  readonly rule?: TravelRule | undefined;
}

export interface TravellersQuery extends FleetWindow {
  /** 1–300. @default 3 */
  readonly minCountries?: number | undefined;
}

interface HostingRow {
  readonly total: number;
  readonly logins: readonly HostingLogin[];
  readonly by_asn: readonly HostingAsnCount[];
}

interface TravellerRow {
  readonly user_id: string;
  readonly logins: number;
  readonly countries: readonly VisitedCountry[];
}

/**
 * What the logins of all users tell over a window of time. Each question is one statement of fixed text, limited in rows
 * and, like any statement, to ten seconds; a third one at the same time is refused.
 */
export class FleetTravel {
  private readonly database: Database;
  private readonly limits: TravelLimits;
  private readonly retentionDays: number;
  private asked = 0;

  constructor({ database, limits = DEFAULT_TRAVEL_LIMITS, retentionDays = 90 }: FleetTravelOptions) {
    this.database = database;
    this.limits = limits;
    this.retentionDays = retentionDays;
  }

  /**
   * Neighbouring logins of a user that nobody can have travelled between; the later one is in the window. Windows laid
   * end to end answer what one over all of them does. The way back of an outlier counts as well here: one finding for
   * both is what a user's own history tells.
   *
   * @throws InvalidLoginError for a window or limit outside of its range.
   * @throws StorageError
   */
  async impossibleTravel({ rule = 'least-distance', ...window }: ImpossibleTravelQuery): Promise<ImpossibleTrips> {
    const { since, until, limit } = queryBounds(window, this.retentionDays);
    const { speedKmh, minDistanceKm } = this.limits;
    // What is longer ago than half a turn of the earth takes can be reached from anywhere.
    const neighbours = window.since - ((Math.PI * EARTH_RADIUS_KM) / speedKmh) * HOUR_MS - 1;
    const values: SqlValue[] = [new Date(neighbours).toISOString(), since, until, limit + 1, speedKmh];
    if (rule === 'least-distance') values.push(minDistanceKm);
    const { rows } = await this.ask<TripRow>(
      async (session) => impossibleTripsSql(this.database.schema, rule, await greatCircleSql(session)),
      values,
    );
    return { trips: rows.slice(0, limit).map(toImpossibleTrip), isComplete: rows.length <= limit };
  }

  /**
   * Logins through the networks of {@link replaceHostingAsns}.
   *
   * @throws InvalidLoginError for a window or limit outside of its range.
   * @throws StorageError
   */
  async hostingLogins(window: FleetWindow): Promise<HostingLogins> {
    const { since, until, limit } = queryBounds(window, this.retentionDays);
    const { rows } = await this.ask<HostingRow>(() => hostingLoginsSql(this.database.schema), [since, until, limit]);
    const { total, logins, by_asn: byAsn } = rows[0] ?? { total: 0, logins: [], by_asn: [] };
    return { logins, byAsn, totalLogins: total, isComplete: logins.length === total };
  }

  /**
   * Users who logged in from many countries, through whatever network.
   *
   * @throws InvalidLoginError for numbers outside of their ranges.
   * @throws StorageError
   */
  async travellers({ minCountries = 3, ...window }: TravellersQuery): Promise<Travellers> {
    const { since, until, limit } = queryBounds(window, this.retentionDays);
    assertWhole(minCountries, 'minCountries', 300);
    const { rows } = await this.ask<TravellerRow>(
      () => travellersSql(this.database.schema),
      [since, until, minCountries, limit + 1],
    );
    return {
      travellers: rows
        .slice(0, limit)
        .map(({ user_id: userId, logins, countries }) => ({ userId, totalLogins: logins, countries })),
      isComplete: rows.length <= limit,
    };
  }

  /**
   * Adds to the list of hosting networks; what is on it stays.
   *
   * @throws InvalidDatasetError for what is no ASN.
   * @throws StorageError
   */
  addHostingAsns(asns: readonly number[]): Promise<void> {
    return addHostingAsns(this.database, asns);
  }

  /**
   * Makes `asns` the list of hosting networks. Those that come with the package are added again every day.
   *
   * @throws InvalidDatasetError for what is no ASN; the list before stays.
   * @throws StorageError
   */
  replaceHostingAsns(asns: readonly number[]): Promise<ReplacedAsns> {
    return replaceHostingAsns(this.database, asns);
  }

  private async ask<Row>(
    text: (session: DatabaseSession) => string | Promise<string>,
    values: readonly SqlValue[],
  ): Promise<QueryResult<Row>> {
    if (this.asked >= MOST_AT_ONCE) throw busy();
    this.asked += 1;
    try {
      return await this.database.transaction(async (session) => session.query<Row>(await text(session), values));
    } finally {
      this.asked -= 1;
    }
  }
}

const busy = (): StorageError =>
  new StorageError(
    'STORAGE_UNAVAILABLE',
    `${MOST_AT_ONCE} questions about all users are being answered already; ask again when one of them is.`,
  );
