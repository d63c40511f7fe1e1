/** A login from another country than the login before it, where both countries are known. */
export interface CountryChange {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** ISO 3166-1 alpha-2, as `to`. */
  readonly from: string;
  readonly to: string;
}

/** Where one user logged in from, over a number of days. */
export interface JourneySummary {
  readonly totalLogins: number;
  readonly countriesVisited: number;
  /** Each country once, in order of the first login from it; logins of unknown country are left out. */
  readonly countrySequence: readonly string[];
  readonly hasCountryChanges: boolean;
  /** Milliseconds since 1970; `undefined` without a login. */
  readonly firstLogin: number | undefined;
  readonly lastLogin: number | undefined;
}

export interface UserJourney extends JourneySummary {
  readonly windowDays: number;
  /** How often the country changed, also where `changes` does not hold them all. */
  readonly countryChanges: number;
  /** The last {@link MOST_CHANGES} of them, in order of time. */
  readonly changes: readonly CountryChange[];
}

export const MOST_CHANGES = 1000;

export interface FleetJourney extends JourneySummary {
  readonly userId: string;
}

export interface FleetJourneys {
  readonly windowDays: number;
  /** Most countries first, then most logins. */
  readonly journeys: readonly FleetJourney[];
  /** False where more users matched than were asked for. */
  readonly isComplete: boolean;
}
