import { invalidRequest, NOT_AN_OBJECT, unknownField } from './invalid-request.js';

/** Body of `POST /v1/ips/risk/bulk`; described for callers in config/openapi.yaml. */
export interface BulkRequest {
  /** Whatever the caller sent: an entry that is no address is an item of the answer, not a bad request. */
  readonly ips: readonly unknown[];
  readonly policy: string | undefined;
}

/** The fields that the body may have. */
export const BULK_FIELDS = ['ips', 'policy'] as const satisfies readonly (keyof BulkRequest)[];

/** Most addresses of one request. */
export const BULK_MAX_IPS = 50_000;

/**
 * Addresses that are counted as one request: a list costs the service less than as many requests do, and one of the
 * longest leaves a caller room under the default limit.
 */
const ADDRESSES_A_REQUEST = 100;

/** As how many requests a list of that length is counted. */
export function requestsIn(addresses: number): number {
  return Math.ceil(addresses / ADDRESSES_A_REQUEST);
}

/** The largest body: 50,000 IPv6 addresses in full length are 2.2 MB, and some callers write one a line, indented. */
export const BULK_BODY_BYTES = 4 * 1024 * 1024;

/**
 * Reads the body by hand. The pipe that reads the other bodies looks no deeper than one level, and class-validator takes
 * longer over 50,000 entries than the assessment does.
 *
 * @throws BadRequestException with a sentence.
 */
export function readBulkRequest(body: unknown): BulkRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalidRequest(NOT_AN_OBJECT);
  const stranger = Object.keys(body).find((name) => !(BULK_FIELDS as readonly string[]).includes(name));
  if (stranger !== undefined) throw invalidRequest(unknownField(stranger));
  const { ips, policy } = body as { readonly ips?: unknown; readonly policy?: unknown };
  if (!Array.isArray(ips)) throw invalidRequest('ips must be a list of IP addresses.');
  if (ips.length < 1 || ips.length > BULK_MAX_IPS) {
    throw invalidRequest(`ips must hold 1 to ${BULK_MAX_IPS} addresses; there are ${ips.length}.`);
  }
  // null is an absent one, as in the body of the single route.
  if (policy !== undefined && policy !== null && typeof policy !== 'string') {
    throw invalidRequest('policy must be text.');
  }
  return { ips, policy: policy ?? undefined };
}
