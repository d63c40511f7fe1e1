import type { TravelReport } from '../../src/modules/geo-velocity/geo-velocity.js';
import type { TravelPoint } from '../../src/modules/geo-velocity/travel/travel-point.js';
import type { TravelVerdict } from '../../src/modules/geo-velocity/travel/travel-verdict.js';
import type { TravelRelief } from '../../src/modules/geo-velocity/trust/travel-relief.js';

/** A login in Paris. */
export const paris: TravelPoint = {
  eventId: 'in-paris',
  ts: 0,
  address: 'address-in-paris',
  prefix: 'prefix-in-paris',
  network: 'access',
  country: 'FR',
  region: 'Île-de-France',
  city: 'Paris',
  latitude: 48.8566,
  longitude: 2.3522,
  accuracyRadiusKm: 10,
  asn: 3215,
};

/** Nothing to say of it. */
export const possible: TravelVerdict = {
  status: 'possible',
  network: 'access',
  from: paris,
  distanceKm: 0,
  elapsedSeconds: 3600,
  speedKmh: 0,
  isCountryChanged: false,
};

/** From Paris to Tokyo in an hour. */
export const impossible: TravelVerdict = {
  ...possible,
  status: 'impossible',
  distanceKm: 9700,
  speedKmh: 9700,
  isCountryChanged: true,
};

export function reported(verdict: TravelVerdict, relief?: TravelRelief, isHeld = false): TravelReport {
  return { verdict, relief, isHeld };
}
