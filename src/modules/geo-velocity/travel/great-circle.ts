/** Degrees. */
export interface GeoPoint {
  readonly latitude: number;
  readonly longitude: number;
}

/** Mean radius of the Earth (IUGG R1), kilometres. */
export const EARTH_RADIUS_KM = 6371.0088;

/** No two places are further apart, kilometres. */
export const LONGEST_DISTANCE_KM = Math.PI * EARTH_RADIUS_KM;

const RADIANS = Math.PI / 180;

/**
 * Kilometres between two points over a round Earth, by the haversine formula: 0–20015.1, at most 0.6 % off the geodesic
 * on the WGS 84 ellipsoid. Any longitude is taken, 190 as -170; what is not a number gives `NaN`.
 */
export function greatCircleKm(a: GeoPoint, b: GeoPoint): number {
  const sinLatitude = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2);
  const sinLongitude = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2);
  const cosines = Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS);
  // Rounding takes antipodes a little over 1, where the root below would be no number.
  const haversine = Math.min(1, sinLatitude * sinLatitude + cosines * sinLongitude * sinLongitude);
  return 2 * EARTH_RADIUS_KM * Math.atan2(Math.sqrt(haversine), Math.sqrt(1 - haversine));
}
