import type { IpLocation } from '../../ip-intelligence.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Location out of a city record: the nested one of GeoLite2 and DB-IP downloads, or the flat one of the
 * `@ip-location-db` packages. Empty text is unknown; `undefined` when nothing is known.
 */
export function toIpLocation(record: unknown): IpLocation | undefined {
  const root = fields(record);
  const location = 'country_code' in root ? fromFlat(root) : fromNested(root);
  return Object.values(location).some((value) => value !== undefined) ? location : undefined;
}

function fromFlat(root: Fields): IpLocation {
  return {
    countryCode: country(root['country_code']),
    region: text(root['state1']),
    city: text(root['city']),
    postalCode: text(root['postcode']),
    ...point(root),
    accuracyRadiusKm: undefined,
    timeZone: text(root['timezone']),
  };
}

function fromNested(root: Fields): IpLocation {
  const location = fields(root['location']);
  const subdivisions = root['subdivisions'];
  return {
    countryCode: country(fields(root['country'])['iso_code']),
    region: englishName(Array.isArray(subdivisions) ? subdivisions[0] : undefined),
    city: englishName(root['city']),
    postalCode: text(fields(root['postal'])['code']),
    ...point(location),
    accuracyRadiusKm: within(location['accuracy_radius'], 0, 20_040),
    timeZone: text(location['time_zone']),
  };
}

function englishName(value: unknown): string | undefined {
  return text(fields(fields(value)['names'])['en']);
}

/** A point off the globe, or half a point, is no point. */
function point({ latitude, longitude }: Fields): Pick<IpLocation, 'latitude' | 'longitude'> {
  const lat = within(latitude, -90, 90);
  const lon = within(longitude, -180, 180);
  const isKnown = lat !== undefined && lon !== undefined;
  return { latitude: isKnown ? lat : undefined, longitude: isKnown ? lon : undefined };
}

function within(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined;
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
