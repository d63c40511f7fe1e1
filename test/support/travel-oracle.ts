import { Geodesic } from 'geographiclib-geodesic';
import type { TravelPoint } from '../../src/modules/geo-velocity/travel/travel-point.js';

/*
 * What is impossible travel, written from the rules in words and from nothing of the implementation, over the ellipsoid
 * and not a sphere: least distance is the way between two logins less both accuracy radii (50 km where only a city is
 * named, 200 km where only a region is); more than 300 km of it at more than 900 km/h is impossible, and so is that far
 * at the same instant; one address or one network is one place; a login counts only through an access network and at a
 * known place.
 */

const KMH = 900;
const LEAST_KM = 300;

/** Kilometres within which the user of this login is; `undefined` where it shows no place of his. */
function blurOf(one: TravelPoint): number | undefined {
  const isPlace =
    one.network === 'access' &&
    one.latitude !== undefined &&
    one.longitude !== undefined &&
    one.latitude >= -90 &&
    one.latitude <= 90;
  if (!isPlace) return undefined;
  return one.accuracyRadiusKm ?? (one.city !== undefined ? 50 : one.region !== undefined ? 200 : undefined);
}

export function showsPlace(one: TravelPoint): boolean {
  return blurOf(one) !== undefined;
}

/** @param stretch by which the way is taken to be longer or shorter than it is, to see what stands near a threshold */
export function cannotBeBoth(a: TravelPoint, b: TravelPoint, stretch = 1): boolean {
  const [blurA, blurB] = [blurOf(a), blurOf(b)];
  if (blurA === undefined || blurB === undefined) return false;
  if (a.address === b.address || a.prefix === b.prefix) return false;
  const way = Geodesic.WGS84.Inverse(a.latitude ?? NaN, a.longitude ?? NaN, b.latitude ?? NaN, b.longitude ?? NaN);
  const leastKm = (stretch * (way.s12 ?? NaN)) / 1000 - blurA - blurB;
  const hours = Math.abs(b.ts - a.ts) / 3_600_000;
  return leastKm > LEAST_KM && leastKm > KMH * hours;
}

/** True where a hundredth more or less of way would change the answer. */
export function isNearThreshold(a: TravelPoint, b: TravelPoint): boolean {
  return cannotBeBoth(a, b, 0.99) !== cannotBeBoth(a, b, 1.01);
}
