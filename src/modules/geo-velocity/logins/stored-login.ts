import { NETWORK_KINDS, type LoginPlace, type NetworkKind } from '../travel/travel-point.js';

/** A login as it lies in the database. */
export interface StoredLogin {
  readonly eventId: string;
  /** Milliseconds since 1970. */
  readonly ts: number;
  /** Plain, while it is young enough to be kept. */
  readonly ip: string | undefined;
  readonly ipPseudonym: string | undefined;
  readonly prefixPseudonym: string | undefined;
  readonly place: LoginPlace;
}

/** `LOGIN_FIELDS` of the schema, by position. */
export type LoginRow = readonly (string | null)[];

/** Reads a row that anybody may have written: what is no number or kind is unknown. */
export function readStoredLogin(row: LoginRow): StoredLogin {
  const [eventId, ts, ip, country, region, city, lat, lon, asn, radius, network, ipPseudonym, prefixPseudonym] = row;
  return {
    eventId: eventId ?? '',
    ts: number(ts) ?? Number.NaN,
    ip: ip ?? undefined,
    ipPseudonym: ipPseudonym ?? undefined,
    prefixPseudonym: prefixPseudonym ?? undefined,
    place: {
      network: isNetworkKind(network) ? network : 'internal',
      country: country ?? undefined,
      region: region ?? undefined,
      city: city ?? undefined,
      latitude: number(lat),
      longitude: number(lon),
      accuracyRadiusKm: number(radius),
      asn: number(asn),
    },
  };
}

function number(text: string | null | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function isNetworkKind(text: string | null | undefined): text is NetworkKind {
  return NETWORK_KINDS.includes(text as NetworkKind);
}
