import { familyOf } from '../asked-address.js';
import { keepPaths, type JsonObject } from '../field-selection.js';
import { personaOf } from '../personas.js';
import type { Place } from '../places.js';
import { ipgeolocationSecurity } from './ipgeolocation-security.js';

/** The modules of `/v3/ipgeo` that cost extra, each with its credits. */
export const PAID_MODULES: ReadonlyMap<string, number> = new Map([
  ['security', 2],
  ['abuse', 1],
  ['hostname', 0],
]);

/** `/v3/ipgeo` with the modules asked for. A free plan gets the location and the bare ASN. */
export function ipgeoRecord(ip: string, modules: readonly string[], isFreePlan: boolean): JsonObject {
  const { name, place } = personaOf(ip);
  const isHome = name === 'clean-home' || name === 'residential-proxy';
  const type = isHome ? 'ISP' : 'HOSTING';
  const record = {
    ip,
    hostname: modules.includes('hostname') ? place.host : undefined,
    location: location(place),
    country_metadata: { calling_code: '', tld: `.${place.countryCode.toLowerCase()}`, languages: [] },
    network: { connection_type: isHome ? 'Cable' : '', route: route(ip), is_anycast: false },
    asn: asn(place, type),
    company: { name: place.organization, type, domain: place.domain },
    time_zone: { name: place.timeZone },
    security: modules.includes('security') ? ipgeolocationSecurity(ip) : undefined,
    abuse: modules.includes('abuse') ? abuse(ip, place) : undefined,
  };
  const free = ['ip', 'location', 'asn.as_number', 'asn.organization', 'asn.country', 'time_zone', 'country_metadata'];
  return isFreePlan ? keepPaths(record, free) : record;
}

function location(place: Place): JsonObject {
  return {
    continent_code: place.continentCode,
    continent_name: place.continentName,
    country_code2: place.countryCode,
    country_name: place.countryName,
    state_prov: place.regionName,
    state_code: `${place.countryCode}-${place.regionCode}`,
    district: '',
    city: place.city,
    zipcode: place.zip,
    // Coordinates are text on this wire.
    latitude: place.latitude.toFixed(5),
    longitude: place.longitude.toFixed(5),
    is_eu: place.isEu,
    accuracy_radius: '10',
    confidence: 'high',
  };
}

function asn(place: Place, type: string): JsonObject {
  return {
    as_number: `AS${place.asn}`,
    organization: place.organization,
    country: place.countryCode,
    type,
    domain: place.domain,
    date_allocated: '',
    rir: place.continentCode === 'EU' ? 'RIPE' : 'ARIN',
  };
}

function abuse(ip: string, place: Place): JsonObject {
  return {
    route: route(ip),
    country: place.countryCode,
    name: 'Abuse contact',
    organization: place.organization,
    kind: 'group',
    address: '',
    emails: [`abuse@${place.domain}`],
    phone_numbers: [],
  };
}

function route(ip: string): string {
  return familyOf(ip) === 4
    ? `${ip.split('.').slice(0, 3).join('.')}.0/24`
    : `${ip.split(':').slice(0, 3).join(':')}::/48`;
}
