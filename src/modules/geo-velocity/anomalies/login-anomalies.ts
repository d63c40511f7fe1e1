import { greatCircleKm } from '../travel/great-circle.js';
import { byTime } from '../travel/login-order.js';
import type { TravelPoint } from '../travel/travel-point.js';
import { isolationScores, outliersOf } from './isolation-forest.js';
import { standardized } from './standard-scaler.js';

/** Fewer logins than these have nothing usual to stand out from. */
export const LEAST_LOGINS = 10;

/** The share of a user's trips that is taken to be unusual. */
const CONTAMINATION = 0.1;

/** Hours that at least count between two logins: no speed is divided by nothing. */
const LEAST_HOURS = 0.001;

const MS_AN_HOUR = 3_600_000;

/** A login whose trip stands out from the user's others. It is unusual, which is not yet suspicious. */
export interface LoginAnomaly {
  readonly login: TravelPoint;
  /** Its place in the whole history in order of time, from 0. */
  readonly index: number;
  /** 0–1: how much it stands out; some 0.5 is usual. */
  readonly score: number;
}

interface PlacedLogin {
  readonly login: TravelPoint;
  readonly index: number;
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * The logins whose trip from the one before (hours, kilometres, km/h) is among the tenth of the user's trips that stands
 * out most, in order of time. Logins through any network count where they have coordinates. With fewer than
 * {@link LEAST_LOGINS} of those there are none. The same history gives the same answer, in whatever order it comes.
 */
export function anomalousLogins(history: readonly TravelPoint[]): LoginAnomaly[] {
  const timed = history.filter(({ ts }) => Number.isFinite(ts));
  const logins = timed.sort(byTime).flatMap(placed);
  if (logins.length < LEAST_LOGINS) return [];
  const [first, ...others] = logins as [PlacedLogin, ...PlacedLogin[]];
  let before = first;
  const trips = others.map((login) => {
    const trip = tripFrom(before, login);
    before = login;
    return trip;
  });
  const scores = isolationScores(standardized(trips));
  const areOutliers = outliersOf(scores, CONTAMINATION);
  return others.flatMap(({ login, index }, at) => {
    return areOutliers[at] === true ? [{ login, index, score: scores[at] as number }] : [];
  });
}

function placed(login: TravelPoint, index: number): PlacedLogin[] {
  const { latitude, longitude } = login;
  if (latitude === undefined || longitude === undefined) return [];
  const isOnEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && !(latitude === 0 && longitude === 0);
  return isOnEarth ? [{ login, index, latitude, longitude }] : [];
}

function tripFrom(before: PlacedLogin, login: PlacedLogin): [hours: number, km: number, kmh: number] {
  const hours = (login.login.ts - before.login.ts) / MS_AN_HOUR;
  const km = greatCircleKm(before, login);
  return [hours, km, km / Math.max(hours, LEAST_HOURS)];
}
