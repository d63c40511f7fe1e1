import type { IpLocation } from '../../ip-intelligence.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Location out of a city record: the nested one of GeoLite2 and DB-IP downloads, or the flat one of the
 * `@ip-location-db` packages. Empty text is unknown; `undefined` when nothing is known.
 */
export function toIpLocation(record: unknown): IpLocation | undefined {
  const root = fields(record);
  const location = 'country_code' in root ? fromFlat(root) : fromNested(root);
  const { countryCode, region, city, postalCode, latitude, accuracyRadiusKm, timeZone } = location;
  const known = countryCode ?? latitude ?? city ?? region ?? postalCode ?? accuracyRadiusKm ?? timeZone;
  return known === undefined ? undefined : location;
}

function fromFlat(root: Fields): IpLocation {
  const isPoint = hasPoint(root);
  return {
    countryCode: country(root['country_code']),
    region: text(root['state1']),
    city: text(root['city']),
    postalCode: text(root['postcode']),
    latitude: isPoint ? root.latitude : undefined,
    longitude: isPoint ? root.longitude : undefined,
    accuracyRadiusKm: undefined,
    timeZone: text(root['timezone']),
  };
}

function fromNested(root: Fields): IpLocation {
  const location = fields(root['location']);
  const subdivisions = root['subdivisions'];
  const isPoint = hasPoint(location);
  return {
    countryCode: country(fields(root['country'])['iso_code']),
    region: englishName(Array.isArray(subdivisions) ? subdivisions[0] : undefined),
    city: englishName(root['city']),
    postalCode: text(fields(root['postal'])['code']),
    latitude: isPoint ? location.latitude : undefined,
    longitude: isPoint ? location.longitude : undefined,
    accuracyRadiusKm: isWithin(location['accuracy_radius'], 0, 20_040) ? location['accuracy_radius'] : undefined,
    timeZone: text(location['time_zone']),
  };
}

function englishName(value: unknown): string | undefined {
  return text(fields(fields(value)['names'])['en']);
}

type Point = Fields & { readonly latitude: number; readonly longitude: number };

/** A point off the globe, or half a point, is no point. */
function hasPoint(record: Fields): record is Point {
  return isWithin(record['latitude'], -90, 90) && isWithin(record['longitude'], -180, 180);
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

function country(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Z]{2}$/.test(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
