import type { LoginReport, TravelReport } from '../geo-velocity/geo-velocity.js';
import type { TravelPoint } from '../geo-velocity/travel/travel-point.js';
import type { TravelFinding } from '../geo-velocity/travel/travel-verdict.js';
import type { TravelRelief } from '../geo-velocity/trust/travel-relief.js';
import { isoInstant } from './instant.js';
import { toThousandths } from './thousandths.js';

/** What a login says of its user's travel, in snake_case JSON. No address of any login is in it. */
export function toTravelResponse({ verdict, relief }: TravelReport): Record<string, unknown> {
  return {
    status: verdict.status,
    network: verdict.network,
    from: verdict.from === undefined ? null : toPlaceInTime(verdict.from),
    distance_km: toThousandths(verdict.distanceKm),
    elapsed_seconds: toThousandths(verdict.elapsedSeconds),
    speed_kmh: toThousandths(verdict.speedKmh),
    country_changed: verdict.isCountryChanged ?? null,
    relief: relief === undefined ? null : toReliefResponse(relief),
  };
}

/** Of a login that was recorded, with what it made and undid in its user's history. */
export function toRecordedTravelResponse(report: LoginReport): Record<string, unknown> {
  return {
    ...toTravelResponse(report),
    findings: report.found.map(toFindingResponse),
    withdrawn: report.withdrawn.map(toFindingResponse),
  };
}

/** A trip that nobody can have made, in snake_case JSON. */
export function toFindingResponse({ from, to, ...trip }: TravelFinding): Record<string, unknown> {
  return {
    from: { event_id: from.eventId, ...toPlaceInTime(from) },
    to: { event_id: to.eventId, ...toPlaceInTime(to) },
    distance_km: toThousandths(trip.distanceKm),
    elapsed_seconds: toThousandths(trip.elapsedSeconds),
    speed_kmh: toThousandths(trip.speedKmh),
  };
}

/** When and where, without the address and the coordinates. */
export function toPlaceInTime({
  ts,
  country,
  region,
  city,
}: Pick<TravelPoint, 'ts' | 'country' | 'region' | 'city'>): Record<string, unknown> {
  return { ts: isoInstant(ts), country: country ?? null, region: region ?? null, city: city ?? null };
}

export function toReliefResponse({ kind, country, until }: TravelRelief): Record<string, unknown> {
  return { kind, country: country ?? null, until: isoInstant(until) };
}
