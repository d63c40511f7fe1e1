import { NETWORK_KINDS, type LoginPlace } from '../travel/travel-point.js';

const LONGEST_NAME = 256;
const MOST_ASN = 0xffffffff;

/**
 * The place with what cannot be meant left out: latitude 100, one coordinate of two, an infinite radius, text that no
 * database stores. A network of unknown kind shows no place of the user's.
 */
export function storablePlace(place: LoginPlace): LoginPlace {
  const isLocated = isWithin(place.latitude, -90, 90) && isWithin(place.longitude, -180, 180);
  return {
    network: NETWORK_KINDS.includes(place.network) ? place.network : 'internal',
    country: isCountry(place.country) ? place.country : undefined,
    region: named(place.region),
    city: named(place.city),
    latitude: isLocated ? place.latitude : undefined,
    longitude: isLocated ? place.longitude : undefined,
    accuracyRadiusKm: isWithin(place.accuracyRadiusKm, 0, Number.MAX_VALUE) ? place.accuracyRadiusKm : undefined,
    asn: Number.isInteger(place.asn) && isWithin(place.asn, 1, MOST_ASN) ? place.asn : undefined,
  };
}

function isCountry(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Z]{2}$/.test(value);
}

// Untyped callers pass null and text; NaN is within nothing.
function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

function named(text: unknown): string | undefined {
  const isName = typeof text === 'string' && text.trim() !== '' && text.length <= LONGEST_NAME;
  return isName && !/[\p{Cc}\p{Cs}]/u.test(text) ? text : undefined;
}
