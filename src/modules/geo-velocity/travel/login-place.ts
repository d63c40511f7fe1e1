import type { IpAddress } from '../../../common/ip/ip-address.js';
import { specialPurposeOf } from '../../../common/ip/special-purpose.js';
import type { FactName, IpLocation, IpNetwork } from '../../providers/ip-intelligence.js';
import type { MergedFacts } from '../../providers/merged-intelligence.js';
import { AnycastNetworks } from './anycast-networks.js';
import type { LoginPlace, NetworkKind } from './travel-point.js';

/** What providers know of an address, as an assessment holds it. */
export interface LoginSource {
  readonly facts: MergedFacts;
  readonly location: IpLocation | undefined;
  readonly network: IpNetwork | undefined;
}

type Located = Pick<LoginPlace, 'latitude' | 'longitude' | 'accuracyRadiusKm'>;

/** Kilometres between a phone and its carrier's gateway, where databases place it, that are nothing special. */
const MOBILE_RADIUS_KM = 500;

const NOT_LOCATED: Located = { latitude: undefined, longitude: undefined, accuracyRadiusKm: undefined };

/**
 * The kinds that facts show, the first that is true wins. Relay before Tor before VPN before hosting, as in the
 * providers' facts: relays stand on VPN lists and all of them in data centres. Satellite before hosting, since in-flight
 * and VSAT gateways stand in data centres too. Mobile is access: its gateways are far off, but hundreds of kilometres
 * and not an ocean, which is what its radius is for.
 */
const KINDS_BY_FACT: readonly (readonly [FactName, NetworkKind])[] = [
  ['isRelay', 'relay'],
  ['isTorExitNode', 'tor'],
  ['isAnonymousVpn', 'vpn'],
  ['isPublicProxy', 'proxy'],
  ['isResidentialProxy', 'proxy'],
  ['isSatellite', 'satellite'],
];

/**
 * Where and through what a client with this address logs in. A fact counts only when it is true; what nobody knows is
 * access. Text that is blank and figures that cannot be meant (latitude 100, one coordinate of two, 0,0, a radius of 0)
 * become unknown.
 */
export function loginPlaceOf({ facts, location, network }: LoginSource, address: IpAddress): LoginPlace {
  return {
    network: networkKindOf(facts, address),
    country: countryOf(location?.countryCode),
    region: named(location?.region),
    city: named(location?.city),
    ...locatedAt(location, facts.isMobile?.value === true),
    asn: asnOf(network?.asn),
  };
}

function networkKindOf(facts: MergedFacts, address: IpAddress): NetworkKind {
  if (specialPurposeOf(address) !== undefined) return 'internal';
  const shown = KINDS_BY_FACT.find(([name]) => facts[name]?.value === true);
  if (shown !== undefined) return shown[1];
  // Behind the facts of a person's own choice, before hosting, which all anycast is and which says less.
  if (AnycastNetworks.shipped().has(address)) return 'anycast';
  return facts.isHostingProvider?.value === true ? 'hosting' : 'access';
}

function locatedAt(location: IpLocation | undefined, isMobile: boolean): Located {
  const { latitude, longitude, accuracyRadiusKm } = location ?? NOT_LOCATED;
  if (latitude === undefined || longitude === undefined) return NOT_LOCATED;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return NOT_LOCATED;
  if (latitude === 0 && longitude === 0) return NOT_LOCATED;
  const isRadius = accuracyRadiusKm !== undefined && accuracyRadiusKm > 0 && Number.isFinite(accuracyRadiusKm);
  const unstated = isMobile ? MOBILE_RADIUS_KM : undefined;
  return { latitude, longitude, accuracyRadiusKm: isRadius ? accuracyRadiusKm : unstated };
}

function countryOf(code: string | undefined): string | undefined {
  return code !== undefined && /^[A-Z]{2}$/.test(code) ? code : undefined;
}

/** Control characters and halves of surrogate pairs are in no name, and no database stores them all. */
function named(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' || /[\p{Cc}\p{Cs}]/u.test(text) ? undefined : text;
}

/** An AS number is an unsigned 32-bit integer; 0 is reserved. */
function asnOf(asn: number | undefined): number | undefined {
  return asn !== undefined && Number.isInteger(asn) && asn > 0 && asn <= 0xffffffff ? asn : undefined;
}
