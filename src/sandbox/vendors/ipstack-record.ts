import { familyOf, kindOfAddress } from '../asked-address.js';
import type { JsonObject } from '../field-selection.js';
import { personaOf } from '../personas.js';
import type { Place } from '../places.js';
import { COUNTRIES } from './countries.js';
import { IPSTACK_SAMPLE, IPSTACK_SAMPLE_ADDRESS } from './ipstack-sample.js';
import { ipstackSecurity } from './ipstack-security.js';
import { localTime } from './local-time.js';

/** Everything ipstack can say of an address; the handler leaves out the modules that were not asked for. */
export function ipstackRecord(ip: string): JsonObject {
  if (ip === IPSTACK_SAMPLE_ADDRESS) return IPSTACK_SAMPLE;
  if (kindOfAddress(ip) === 'special-purpose') return unknownRecord(ip);
  const { name, place } = personaOf(ip);
  const isHome = name === 'clean-home' || name === 'residential-proxy';
  return {
    ip,
    hostname: place.host,
    type: `ipv${familyOf(ip)}`,
    ...geography(place),
    msa: null,
    dma: null,
    radius: '43.04',
    ip_routing_type: 'fixed',
    connection_type: isHome ? 'cable' : 'tx',
    location: location(place),
    time_zone: { id: place.timeZone, ...localTime(place.timeZone) },
    currency: currency(place.countryCode),
    connection: connection(place, isHome),
    security: ipstackSecurity(name),
  };
}

/** An address of no country: echoed, with nothing known. */
function unknownRecord(ip: string): JsonObject {
  const nothing = { continent_code: null, continent_name: null, country_code: null, country_name: null };
  return {
    ip,
    hostname: ip,
    type: `ipv${familyOf(ip)}`,
    ...nothing,
    region_code: null,
    region_name: null,
    city: null,
    zip: null,
    latitude: null,
    longitude: null,
    msa: null,
    dma: null,
    radius: null,
    ip_routing_type: null,
    connection_type: null,
    location: { geoname_id: null, capital: null, languages: null, is_eu: null },
    time_zone: null,
    currency: null,
    connection: null,
    security: ipstackSecurity('clean-home'),
  };
}

function geography(place: Place): JsonObject {
  return {
    continent_code: place.continentCode,
    continent_name: place.continentName,
    country_code: place.countryCode,
    country_name: place.countryName,
    region_code: place.regionCode,
    region_name: place.regionName,
    city: place.city,
    zip: place.zip,
    latitude: place.latitude,
    longitude: place.longitude,
  };
}

function location({ countryCode, isEu }: Place): JsonObject {
  const country = COUNTRIES.get(countryCode);
  const [code, name, native] = country?.language ?? [];
  const letters = Array.from(countryCode, (letter) => 0x1f1e6 + letter.charCodeAt(0) - 65);
  return {
    geoname_id: null,
    capital: country?.capital ?? null,
    languages: [{ code, name, native }],
    country_flag: `https://assets.ipstack.com/flags/${countryCode.toLowerCase()}.svg`,
    country_flag_emoji: String.fromCodePoint(...letters),
    country_flag_emoji_unicode: letters.map((letter) => `U+${letter.toString(16).toUpperCase()}`).join(' '),
    calling_code: country?.callingCode ?? null,
    is_eu: isEu,
  };
}

function currency(countryCode: string): JsonObject {
  const [code, name, plural, symbol] = COUNTRIES.get(countryCode)?.currency ?? [];
  return { code, name, plural, symbol, symbol_native: symbol };
}

function connection({ asn, organization, domain }: Place, isHome: boolean): JsonObject {
  const [sld, ...tld] = domain.split('.');
  return {
    asn,
    isp: organization,
    sld,
    tld: tld.join('.'),
    carrier: organization.toLowerCase(),
    home: isHome,
    organization_type: isHome ? 'Internet Service Provider' : 'Internet Hosting Services',
    isic_code: isHome ? 'J6110' : 'J6311',
    naics_code: isHome ? '517311' : '518210',
  };
}
