import { greatCircleKm, LONGEST_DISTANCE_KM } from './great-circle.js';
import type { LoginPlace, TravelPoint } from './travel-point.js';
import type { TravelLimits, TravelStatus, TravelVerdict } from './travel-verdict.js';

/** So many of a user's logins, the latest, are looked at for one verdict. */
export const MOST_POINTS = 50;

/** Kilometres within which a place lies whose source states no radius. */
const CITY_RADIUS_KM = 50;
const REGION_RADIUS_KM = 200;

/** A login whose place is known no better does not become an anchor. Kilometres. */
const VAGUE_RADIUS_KM = 200;

/** Places of one network that are remembered beside the latest one. */
const MOST_PLACES = 3;

const MS_AN_HOUR = 3_600_000;

/** A login with a place of the user's own that is known well enough to measure from. */
export interface ComparablePoint extends TravelPoint {
  readonly latitude: number;
  readonly longitude: number;
}

/** Least distance, time and least speed from one login to a later one. */
export interface Trip {
  readonly distanceKm: number;
  readonly elapsedSeconds: number;
  readonly speedKmh: number;
}

/** What a login's window says: the last login where the user can have been, and those where he cannot. */
export interface TravelWindow {
  /** The last of them is the latest. More than one where databases moved one network from place to place. */
  readonly anchors: readonly ComparablePoint[];
  readonly outliers: readonly ComparablePoint[];
}

/** Milliseconds after which every place can be reached, rounded up: half the Earth's circumference at the limit's speed. */
export function horizonMs({ speedKmh }: TravelLimits): number {
  return Math.ceil((LONGEST_DISTANCE_KM / speedKmh) * MS_AN_HOUR);
}

/**
 * Kilometres around the point that hold the client: as the source says, else 50 for a city and 200 for a region.
 *
 * @returns `undefined` where nothing finer than the country is known, whose centre is no place, and for a radius that
 * is none.
 */
export function effectiveRadiusKm({ accuracyRadiusKm, city, region }: LoginPlace): number | undefined {
  if (accuracyRadiusKm !== undefined) {
    return accuracyRadiusKm >= 0 && Number.isFinite(accuracyRadiusKm) ? accuracyRadiusKm : undefined;
  }
  if (city !== undefined) return CITY_RADIUS_KM;
  return region === undefined ? undefined : REGION_RADIUS_KM;
}

/** True for a login that shows where its user is: an access network at a known place at a known time. */
export function isComparable(point: TravelPoint): point is ComparablePoint {
  return point.network === 'access' && Number.isFinite(point.ts) && isLocated(point);
}

function isLocated(place: LoginPlace): boolean {
  const { latitude, longitude } = place;
  if (latitude === undefined || longitude === undefined) return false;
  // A point in the Gulf of Guinea is how many sources write "nowhere".
  if (latitude === 0 && longitude === 0) return false;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return false;
  return effectiveRadiusKm(place) !== undefined;
}

/** `to` is not before `from`. Two places at the same instant are `Infinity` km/h apart; what may be one place, 0. */
export function tripBetween(from: ComparablePoint, to: ComparablePoint): Trip {
  const radii = (effectiveRadiusKm(from) ?? 0) + (effectiveRadiusKm(to) ?? 0);
  const distanceKm = Math.max(0, greatCircleKm(from, to) - radii);
  const elapsedMs = to.ts - from.ts;
  const speedKmh = distanceKm === 0 ? 0 : distanceKm / (elapsedMs / MS_AN_HOUR);
  return { distanceKm, elapsedSeconds: elapsedMs / 1000, speedKmh };
}

/** True where nobody can have been at both. One address or one network is one place, whatever databases say of it. */
export function isImpossible(from: ComparablePoint, to: ComparablePoint, limits: TravelLimits): boolean {
  return !isSameNetwork(from, to) && isTooFast(tripBetween(from, to), limits);
}

function isSameNetwork(a: TravelPoint, b: TravelPoint): boolean {
  return a.address === b.address || a.prefix === b.prefix;
}

function isTooFast({ distanceKm, speedKmh }: Trip, limits: TravelLimits): boolean {
  return distanceKm > limits.minDistanceKm && speedKmh > limits.speedKmh;
}

/** True where nobody can have come from any of the places that the last login may have been at. */
export function isOutOfReach(
  anchors: readonly ComparablePoint[],
  login: ComparablePoint,
  limits: TravelLimits,
): boolean {
  return anchors.length > 0 && anchors.every((anchor) => isImpossible(anchor, login, limits));
}

/**
 * Goes through the last {@link MOST_POINTS} comparable logins within the horizon. The first is the anchor, and so is
 * each one after it that can be reached from the anchor; the others are outliers. Where none lies within the horizon
 * the last one at any age is the anchor: from there everything can be reached, but its country may still be another.
 *
 * A login that says little of where it was does not take an anchor's place: over a point with a radius of half a
 * continent two leaps would be no leap. Where one network is suddenly elsewhere a database was changed, and both places
 * may be the right one.
 *
 * @param before comparable logins before `login`, in order
 */
export function windowBefore(
  before: readonly ComparablePoint[],
  login: ComparablePoint,
  limits: TravelLimits,
): TravelWindow {
  const since = login.ts - horizonMs(limits);
  const recent = before.slice(-MOST_POINTS).filter(({ ts }) => ts >= since);
  const first = recent[0] ?? before.at(-1);
  let anchors: readonly ComparablePoint[] = first === undefined ? [] : [first];
  const outliers: ComparablePoint[] = [];
  for (const point of recent.slice(1)) {
    if (isOutOfReach(anchors, point, limits)) outliers.push(point);
    else if ((effectiveRadiusKm(point) ?? Infinity) <= VAGUE_RADIUS_KM) anchors = anchorsAfter(anchors, point, limits);
  }
  return { anchors, outliers };
}

function anchorsAfter(
  anchors: readonly ComparablePoint[],
  point: ComparablePoint,
  limits: TravelLimits,
): readonly ComparablePoint[] {
  const moved = anchors.filter(
    (anchor) => isSameNetwork(anchor, point) && isTooFast(tripBetween(anchor, point), limits),
  );
  // The places of one network, each with its latest login.
  return [...moved.slice(-MOST_PLACES), point];
}

/**
 * What `login` says of its user's travel. An attacker's login far away does not become the anchor, so that the user who
 * logs in at home again is not the one who is flagged.
 *
 * @param before the user's logins before `login` in the order of `byTime`, as many as there are
 */
export function judgeTravel(before: readonly TravelPoint[], login: TravelPoint, limits: TravelLimits): TravelVerdict {
  if (login.network !== 'access') return verdictWithout('not-comparable', login);
  if (!isComparable(login)) return verdictWithout('unknown', login);
  const { anchors } = windowBefore(before.filter(isComparable), login, limits);
  const isReachable = !isOutOfReach(anchors, login, limits);
  // The one that it can be reached from; where there is none, the latest.
  const anchor = anchors.findLast((each) => !isImpossible(each, login, limits)) ?? anchors.at(-1);
  if (anchor === undefined) return verdictWithout('first', login);
  return {
    status: isReachable ? 'possible' : 'impossible',
    network: login.network,
    from: anchor,
    ...tripBetween(anchor, login),
    isCountryChanged: isOtherCountry(anchor, login),
  };
}

function isOtherCountry(a: LoginPlace, b: LoginPlace): boolean | undefined {
  return a.country === undefined || b.country === undefined ? undefined : a.country !== b.country;
}

function verdictWithout(status: TravelStatus, { network }: TravelPoint): TravelVerdict {
  const nothing = { from: undefined, distanceKm: undefined, elapsedSeconds: undefined, speedKmh: undefined };
  return { status, network, ...nothing, isCountryChanged: undefined };
}
