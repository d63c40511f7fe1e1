import type { JourneySummary, UserJourney } from '../geo-velocity/journey/user-journey.js';
import { isoInstant } from './instant.js';

/** Where one user logged in from, in snake_case JSON. */
export function toJourneyResponse(journey: UserJourney): Record<string, unknown> {
  return {
    window_days: journey.windowDays,
    ...toJourneySummary(journey),
    country_changes: journey.countryChanges,
    changes: journey.changes.map(({ at, from, to }) => ({ at: isoInstant(at), from, to })),
  };
}

export function toJourneySummary(journey: JourneySummary): Record<string, unknown> {
  return {
    total_logins: journey.totalLogins,
    countries_visited: journey.countriesVisited,
    country_sequence: journey.countrySequence,
    has_country_changes: journey.hasCountryChanges,
    first_login: isoInstant(journey.firstLogin),
    last_login: isoInstant(journey.lastLogin),
  };
}
