import type { IpIntelligence, IpLocation, IpNetwork } from './ip-intelligence.js';

/** One provider's word on the country of an address. */
export interface CountryClaim {
  readonly providerId: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly countryCode: string;
}

/** Nobody contradicts anybody about the country. */
export const NO_COUNTRY_CLAIMS: readonly CountryClaim[] = Object.freeze([]);

/** Who says which country, in order of preference, where they do not all say the same. */
export function countryClaimsIn(answers: readonly IpIntelligence[]): readonly CountryClaim[] {
  const claims: CountryClaim[] = [];
  for (const { providerId, location } of answers) {
    if (location?.countryCode === undefined) continue;
    claims.push(Object.freeze({ providerId, countryCode: location.countryCode }));
  }
  const isDisputed = claims.some(({ countryCode }) => countryCode !== claims[0]?.countryCode);
  return isDisputed ? Object.freeze(claims) : NO_COUNTRY_CLAIMS;
}

/**
 * The first place with a country, or else the first with anything. What it lacks comes from answers that mean the same
 * place: pieces of two places would make a third, where nobody says the address is.
 */
export function mergeLocations(answers: readonly IpIntelligence[]): IpLocation | undefined {
  const locations = answers.flatMap(({ location }) => (isBlank(location) ? [] : location));
  const base = locations.find(({ countryCode }) => countryCode !== undefined) ?? locations[0];
  let merged = base;
  for (const other of locations) {
    if (merged !== undefined && other !== base && isSamePlace(merged, other)) merged = filledLocation(merged, other);
  }
  return merged;
}

/**
 * The first network with an AS number, or else the first with anything. What it lacks comes from answers with the same
 * number, or with none: those contradict nobody.
 */
export function mergeNetworks(answers: readonly IpIntelligence[]): IpNetwork | undefined {
  const networks = answers.flatMap(({ network }) => (isBlank(network) ? [] : network));
  const base = networks.find(({ asn }) => asn !== undefined) ?? networks[0];
  let merged = base;
  for (const other of networks) {
    if (merged === undefined || other === base || (other.asn !== undefined && other.asn !== merged.asn)) continue;
    const { asn, organization = other.organization, isp = other.isp } = merged;
    merged = { asn, organization, isp };
  }
  return merged;
}

/** What names a place within its country, the finest first. */
const PLACE_NAMES = ['city', 'region', 'postalCode', 'timeZone'] as const;

/** Names that no two answers about one place give differently. Postal codes are: a city has many. */
const TELLING_NAMES = ['city', 'region', 'timeZone'] as const;

/** True where the other one states the finest that this one names, and contradicts nothing. Without a country nothing tells. */
function isSamePlace(place: IpLocation, other: IpLocation): boolean {
  if (place.countryCode === undefined || other.countryCode !== place.countryCode) return false;
  const isOther = TELLING_NAMES.some(
    (name) => place[name] !== undefined && other[name] !== undefined && !isSameName(place[name], other[name]),
  );
  if (isOther) return false;
  const finest = PLACE_NAMES.find((name) => place[name] !== undefined);
  // A country alone may be completed by any place in it; a bare point could be anywhere in it.
  if (finest === undefined) return place.latitude === undefined && place.longitude === undefined;
  return isSameName(place[finest], other[finest]);
}

function isSameName(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

/** The point and the radius around it are one statement. */
function filledLocation(place: IpLocation, other: IpLocation): IpLocation {
  const point = hasPoint(place) || !hasPoint(other) ? place : other;
  return {
    countryCode: place.countryCode,
    region: place.region ?? other.region,
    city: place.city ?? other.city,
    postalCode: place.postalCode ?? other.postalCode,
    latitude: point.latitude,
    longitude: point.longitude,
    accuracyRadiusKm: point.accuracyRadiusKm,
    timeZone: place.timeZone ?? other.timeZone,
  };
}

function hasPoint({ latitude, longitude }: IpLocation): boolean {
  return latitude !== undefined && longitude !== undefined;
}

function isBlank(record: object | undefined): record is undefined {
  return record === undefined || Object.values(record).every((value) => value === undefined);
}
