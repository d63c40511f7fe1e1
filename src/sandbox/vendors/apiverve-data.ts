import { daysAgo } from '../calendar.js';
import type { JsonObject } from '../field-selection.js';
import type { PersonaName } from '../persona-name.js';
import { personaOf } from '../personas.js';
import type { Place } from '../places.js';

interface Facts {
  readonly isVpn: boolean;
  readonly isDatacentre: boolean;
  readonly isBlacklisted: boolean;
  readonly riskLevel: 'Low' | 'Moderate' | 'High';
  readonly threatLevel: 'Low' | 'Moderate' | 'High';
}

const CLEAN: Facts = {
  isVpn: false,
  isDatacentre: false,
  isBlacklisted: false,
  riskLevel: 'Low',
  threatLevel: 'Low',
};

// Residential proxies and relays look like anyone to APIVerve.
const BY_PERSONA: Readonly<Record<PersonaName, Partial<Facts>>> = {
  'clean-home': {},
  vpn: { isVpn: true, isDatacentre: true, riskLevel: 'Moderate', threatLevel: 'Moderate' },
  'residential-proxy': {},
  'tor-exit': { isDatacentre: true, isBlacklisted: true, riskLevel: 'High', threatLevel: 'High' },
  'data-centre': { isDatacentre: true, riskLevel: 'High', threatLevel: 'Moderate' },
  blacklisted: { isDatacentre: true, isBlacklisted: true, riskLevel: 'High', threatLevel: 'High' },
  relay: {},
  crawler: { isDatacentre: true },
};

interface Endpoint {
  readonly data: (ip: string) => JsonObject;
  /** Fields that a free plan gets as null. */
  readonly lockedFields: readonly string[];
}

/** The wire is snake_case for vpndetector and camelCase for the others. */
export const APIVERVE_ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['/v1/vpndetector', { data: vpnDetector, lockedFields: ['risk_level', 'threat_level'] }],
  ['/v1/tordetect', { data: torDetect, lockedFields: ['ipDetails'] }],
  ['/v1/ipblacklistlookup', { data: blacklistLookup, lockedFields: ['outbound', 'threatLevel', 'ipDetails'] }],
  ['/v1/iplookup', { data: ipLookup, lockedFields: ['coordinates'] }],
]);

const SAMPLES: Readonly<Record<'vpn' | 'tor' | 'lookup', JsonObject>> = {
  vpn: {
    ip: '103.62.49.210',
    is_vpn: false,
    is_datacenter: true,
    checked_on: '2025-12-16',
    risk_level: 'High',
    threat_level: 'Moderate',
  },
  tor: {
    ipAddress: '185.189.183.143',
    isTor: true,
    ipDetails: { range: [3116217344, 3116218367], country: 'NL', region: 'ZH', timezone: 'Europe/Amsterdam' },
    parsed: true,
  },
  lookup: {
    range: [2913751040, 2913755135],
    country: 'US',
    region: 'MO',
    timezone: 'America/Chicago',
    city: 'Kansas City',
    coordinates: [39.0831, -94.5853],
    ip: '173.172.81.20',
  },
};

function vpnDetector(ip: string): JsonObject {
  if (ip === SAMPLES.vpn['ip']) return SAMPLES.vpn;
  const { isVpn, isDatacentre, riskLevel, threatLevel } = factsOf(ip);
  return {
    ip,
    is_vpn: isVpn,
    is_datacenter: isDatacentre,
    checked_on: daysAgo(0),
    risk_level: riskLevel,
    threat_level: threatLevel,
  };
}

function torDetect(ipAddress: string): JsonObject {
  if (ipAddress === SAMPLES.tor['ipAddress']) return SAMPLES.tor;
  const { name, place } = personaOf(ipAddress);
  return { ipAddress, isTor: name === 'tor-exit', ipDetails: whereabouts(place), parsed: true };
}

function blacklistLookup(ipAddress: string): JsonObject {
  const { isBlacklisted } = factsOf(ipAddress);
  const description = 'IP is known for malicious inbound activity (spam, scanning, brute-force attacks)';
  const { place } = personaOf(ipAddress);
  return {
    ipAddress,
    isIPBlacklisted: isBlacklisted,
    inbound: isBlacklisted ? { found: true, description } : null,
    outbound: null,
    threatLevel: isBlacklisted ? 'high' : 'low',
    ipDetails: {
      ip: ipAddress,
      country: place.countryCode,
      region: place.regionCode,
      timezone: place.timeZone,
      city: place.city,
      coordinates: [place.latitude, place.longitude],
      countryName: place.countryName,
      regionName: place.regionName,
      postalCode: place.zip,
      continent: place.continentCode,
      continentName: place.continentName,
      accuracyRadius: 20,
    },
  };
}

function ipLookup(ip: string): JsonObject {
  if (ip === SAMPLES.lookup['ip']) return SAMPLES.lookup;
  const { place } = personaOf(ip);
  return { ...whereabouts(place), city: place.city, coordinates: [place.latitude, place.longitude], ip };
}

function whereabouts({ ipv4Range, countryCode, regionCode, timeZone }: Place): JsonObject {
  return { range: ipv4Range, country: countryCode, region: regionCode, timezone: timeZone };
}

function factsOf(ip: string): Facts {
  return { ...CLEAN, ...BY_PERSONA[personaOf(ip).name] };
}
