import type { HostingLogins, Traveller } from '../../geo-velocity/fleet/fleet-report.js';
import type { ImpossibleTrip, TripEnd } from '../../geo-velocity/fleet/impossible-trip.js';
import type { FleetWindow } from '../../geo-velocity/fleet/query-bounds.js';
import type { FleetJourney } from '../../geo-velocity/journey/user-journey.js';
import { isoInstant } from '../instant.js';
import { toJourneySummary } from '../journey.response.js';
import { toThousandths } from '../thousandths.js';
import { toPlaceInTime } from '../travel.response.js';

/** Which logins an answer is about, and whether all that matched are in it. */
export function toWindowResponse({ since, until }: FleetWindow, isComplete: boolean): Record<string, unknown> {
  return { since: isoInstant(since), until: isoInstant(until), complete: isComplete };
}

export function toTripResponse({ userId, from, to, ...trip }: ImpossibleTrip): Record<string, unknown> {
  return {
    user_id: userId,
    from: toTripEnd(from),
    to: toTripEnd(to),
    distance_km: toThousandths(trip.distanceKm),
    elapsed_seconds: toThousandths(trip.elapsedSeconds),
    speed_kmh: toThousandths(trip.speedKmh ?? undefined),
  };
}

export function toHostingResponse({ totalLogins, byAsn, logins }: HostingLogins): Record<string, unknown> {
  return {
    total_logins: totalLogins,
    by_asn: byAsn.map(({ asn, logins: count, users }) => ({ asn, logins: count, users })),
    logins: logins.map(({ userId, eventId, at, asn }) => ({
      user_id: userId,
      event_id: eventId,
      ts: isoInstant(at),
      asn,
    })),
  };
}

export function toTravellerResponse({ userId, totalLogins, countries }: Traveller): Record<string, unknown> {
  return {
    user_id: userId,
    total_logins: totalLogins,
    countries: countries.map(({ country, logins, firstLogin, lastLogin }) => ({
      country,
      logins,
      first_login: isoInstant(firstLogin),
      last_login: isoInstant(lastLogin),
    })),
  };
}

export function toFleetJourneyResponse({ userId, ...journey }: FleetJourney): Record<string, unknown> {
  return { user_id: userId, ...toJourneySummary(journey) };
}

function toTripEnd({ eventId, at, ...place }: TripEnd): Record<string, unknown> {
  return { event_id: eventId, ...toPlaceInTime({ ...place, ts: at }) };
}
