import type { LoginPlace, TravelPoint } from '../../src/modules/geo-velocity/travel/travel-point.js';

export const HOUR = 3_600_000;

const NOWHERE: LoginPlace = {
  network: 'access',
  country: undefined,
  region: undefined,
  city: undefined,
  latitude: undefined,
  longitude: undefined,
  accuracyRadiusKm: undefined,
  asn: undefined,
};

/** A place of which nothing is known but what is given. */
export function placeWith(known: Partial<LoginPlace>): LoginPlace {
  return { ...NOWHERE, ...known };
}

function city(country: string, name: string, latitude: number, longitude: number): LoginPlace {
  return placeWith({ country, region: `Region of ${name}`, city: name, latitude, longitude, accuracyRadiusKm: 20 });
}

export const BERLIN = city('DE', 'Berlin', 52.52, 13.405);
export const MUNICH = city('DE', 'Munich', 48.137, 11.575);
export const PARIS = city('FR', 'Paris', 48.857, 2.352);
export const NEW_YORK = city('US', 'New York', 40.713, -74.006);
export const TOKYO = city('JP', 'Tokyo', 35.69, 139.692);
export const SYDNEY = city('AU', 'Sydney', -33.868, 151.207);

let points = 0;

/** A login at `hours` after 2026-11-01, from an address and a network that no other one has unless told. */
export function login(place: LoginPlace, hours: number, more: Partial<TravelPoint> = {}): TravelPoint {
  points += 1;
  const id = String(points).padStart(6, '0');
  const ts = Date.UTC(2026, 10, 1) + hours * HOUR;
  return { ...place, eventId: `event-${id}`, ts, address: `address-${id}`, prefix: `prefix-${id}`, ...more };
}
