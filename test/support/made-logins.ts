import type { LoginPlace } from '../../src/modules/geo-velocity/travel/travel-point.js';

const at = (country: string, city: string, latitude: number, longitude: number): LoginPlace => ({
  network: 'access',
  country,
  region: undefined,
  city,
  latitude,
  longitude,
  accuracyRadiusKm: 20,
  asn: 64_500,
});

export const BERLIN = at('DE', 'Berlin', 52.52, 13.405);
export const POTSDAM = at('DE', 'Potsdam', 52.39, 13.06);
export const TOKYO = at('JP', 'Tokyo', 35.6762, 139.6503);
export const NEW_YORK = at('US', 'New York', 40.7128, -74.006);

/** A login as text, so that it can be given to another process. */
export interface MadeLogin {
  readonly userId: string;
  readonly eventId: string;
  readonly ts: number;
  readonly ip: string;
  readonly place: LoginPlace;
}

const PLACES = [BERLIN, POTSDAM, TOKYO, NEW_YORK];

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A user who travels faster than anybody can: hours apart, some at one instant, some through a VPN, networks shared. */
export function madeHistory(userId: string, length: number, until: number, seed: number): MadeLogin[] {
  const next = numbersOf(seed);
  let ts = until - length * 5 * 3_600_000;
  return Array.from({ length }, (_, index) => {
    ts += Math.floor(next() * 6) * 3_600_000;
    const place = next() < 0.6 ? BERLIN : (PLACES[Math.floor(next() * PLACES.length)] ?? BERLIN);
    const isVpn = next() < 0.15;
    return {
      userId,
      eventId: `e${String(Math.floor(next() * 1e9))}-${index}`,
      ts,
      ip: `81.10.${Math.floor(next() * 12)}.${1 + Math.floor(next() * 3)}`,
      place: isVpn ? { ...place, network: 'vpn' } : place,
    };
  });
}

/** The same in another order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
