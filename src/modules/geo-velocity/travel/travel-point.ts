/**
 * What kind of network a login came through. A place is the user's only where the network is `access`; every other kind
 * says where a server, a satellite's ground station or the nearest of many copies of an address stands.
 */
export const NETWORK_KINDS = [
  'access',
  'vpn',
  'relay',
  'tor',
  'proxy',
  'hosting',
  'satellite',
  'anycast',
  'internal',
] as const;
export type NetworkKind = (typeof NETWORK_KINDS)[number];

/** Where and through what a user logged in. */
export interface LoginPlace {
  readonly network: NetworkKind;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | undefined;
  readonly region: string | undefined;
  readonly city: string | undefined;
  /** Degrees, WGS 84: both or none, latitude -90 to 90, longitude -180 to 180, never 0,0. */
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
  /** Kilometres, as the source says. */
  readonly accuracyRadiusKm: number | undefined;
  readonly asn: number | undefined;
}

/** One login in a user's history. */
export interface TravelPoint extends LoginPlace {
  readonly eventId: string;
  /** Milliseconds since 1970. Ties are in order of `eventId`. */
  readonly ts: number;
  /** The same for one client, different for any other: keyed digests, or the address itself. */
  readonly address: string;
  /** The same for one network: the /24 of an IPv4 and the /48 of an IPv6 address. */
  readonly prefix: string;
}
