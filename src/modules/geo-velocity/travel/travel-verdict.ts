import type { NetworkKind, TravelPoint } from './travel-point.js';

/** What counts as impossible. */
export interface TravelLimits {
  /** Faster is impossible. Kilometres an hour. @default 900, an airliner */
  readonly speedKmh: number;
  /** Nearer is never impossible. Kilometres. @default 300 */
  readonly minDistanceKm: number;
}

export const DEFAULT_TRAVEL_LIMITS: TravelLimits = { speedKmh: 900, minDistanceKm: 300 };

/**
 * `first`: nothing to compare with in the time that matters. `possible`, `impossible`: against {@link TravelVerdict.from}.
 * `not-comparable`: the network shows no place of the user's. `unknown`: where the login came from is not known well
 * enough.
 */
export type TravelStatus = 'first' | 'possible' | 'impossible' | 'not-comparable' | 'unknown';

/** What a login says of its user's travel. */
export interface TravelVerdict {
  readonly status: TravelStatus;
  readonly network: NetworkKind;
  /** The login it is compared with: the last one before it at a place where the user can have been. */
  readonly from: TravelPoint | undefined;
  /** Least distance in kilometres: the great circle less both accuracy radii, never below 0. */
  readonly distanceKm: number | undefined;
  /** Seconds since `from`. */
  readonly elapsedSeconds: number | undefined;
  /** Least speed in km/h; `Infinity` for two places at the same instant. */
  readonly speedKmh: number | undefined;
  /** The country differs from that of `from`; `undefined` where either is unknown. */
  readonly isCountryChanged: boolean | undefined;
}

/** A trip that nobody can have made. The way back, and the same trip again within the horizon, are the same finding. */
export interface TravelFinding {
  readonly from: TravelPoint;
  readonly to: TravelPoint;
  readonly distanceKm: number;
  readonly elapsedSeconds: number;
  readonly speedKmh: number;
}
