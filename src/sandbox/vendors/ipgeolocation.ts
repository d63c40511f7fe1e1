import { kindOfAddress } from '../asked-address.js';
import { dropPaths, isJsonObject, keepPaths, listOf, type JsonObject } from '../field-selection.js';
import { parsedBody } from '../parsed-body.js';
import { kindOfKey } from '../sandbox-key.js';
import { answerOf, type Vendor, type VendorAnswer, type VendorRequest } from '../vendor.js';
import { ipgeoRecord, PAID_MODULES } from './ipgeolocation-record.js';
import { ipgeolocationSecurity } from './ipgeolocation-security.js';

const BULK_LIMIT = 50_000;

interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly product: 'security' | 'ipgeo';
}

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['/v3/security', { method: 'GET', product: 'security' }],
  ['/v3/security-bulk', { method: 'POST', product: 'security' }],
  ['/v3/ipgeo', { method: 'GET', product: 'ipgeo' }],
  ['/v3/ipgeo-bulk', { method: 'POST', product: 'ipgeo' }],
]);

/** `/v3/security`, `/v3/ipgeo` and their bulk forms. */
export function ipgeolocation(): Vendor {
  return {
    answer,
    keyOf,
    addressesOf: (request) => (request.method === 'POST' ? (bulkOf(request) ?? []) : request.query.getAll('ip')),
    pathOf: ({ path }) => path,
    quotaSpent,
    rateLimited: (seconds) => ({
      ...failure(429, 'Too many requests in a short time. Please slow down.'),
      headers: { 'Retry-After': String(seconds) },
    }),
    failure,
  };
}

function answer(request: VendorRequest): VendorAnswer {
  const endpoint = ENDPOINTS.get(request.path);
  if (endpoint === undefined) return failure(404, 'The requested resource could not be found.');
  if (request.method !== endpoint.method) return failure(405, `Request method '${request.method}' is not supported.`);
  if (request.isTooLarge) return { status: 413, body: TOO_LARGE_PAGE };
  return refusedKey(request, endpoint) ?? (endpoint.method === 'GET' ? single : bulk)(request, endpoint);
}

function refusedKey(request: VendorRequest, { method, product }: Endpoint): VendorAnswer | undefined {
  switch (kindOfKey(keyOf(request))) {
    case 'missing':
      return failure(401, 'Please provide an API key as the apiKey parameter.');
    case 'wrong':
      return failure(401, 'Provided API key is not valid.');
    case 'spent':
      return quotaSpent();
    case 'free': {
      const isFree = method === 'GET' && product === 'ipgeo' && modulesOf(request).length === 0;
      return isFree ? undefined : failure(401, 'This feature is not available on the free subscription.');
    }
    case 'paid':
      return undefined;
  }
}

function single(request: VendorRequest, endpoint: Endpoint): VendorAnswer {
  const addresses = request.query.getAll('ip');
  if (addresses.length > 1) return failure(400, 'Only one ip parameter is allowed.');
  // Without an address the vendor answers about the caller, which here is loopback.
  const ip = addresses[0] ?? '';
  const refused = refusedAddress(ip === '' ? '127.0.0.1' : ip);
  if (refused !== undefined) return refused;
  return answerOf(recordOf(ip, request, endpoint), { 'X-Credits-Charged': String(creditsOf(request, endpoint)) });
}

function bulk(request: VendorRequest, endpoint: Endpoint): VendorAnswer {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\b/i.test(type)) return failure(415, `Content type '${type}' is not supported.`);
  const addresses = bulkOf(request);
  if (addresses === undefined) return failure(400, 'The body must be JSON of the form {"ips": ["8.8.8.8"]}.');
  if (addresses.length === 0) return failure(400, 'The list of IP addresses is empty.');
  if (addresses.length > BULK_LIMIT) return failure(400, 'More than 50000 IP addresses in one request.');
  const refusals = addresses.map(refusedAddress);
  const records = addresses.map((ip, index) => refusals[index]?.body ?? recordOf(ip, request, endpoint));
  const valid = refusals.filter((refused) => refused === undefined).length;
  return answerOf(records, {
    'X-Credits-Charged': String(valid * creditsOf(request, endpoint)),
    ...(valid < addresses.length && { 'X-Successful-Record': String(valid) }),
  });
}

function refusedAddress(ip: string): VendorAnswer | undefined {
  const kind = kindOfAddress(ip);
  if (kind === 'global') return undefined;
  if (kind === 'special-purpose') return failure(423, `'${ip}' is a bogon IP address.`);
  return failure(400, `'${ip}' is not a valid IP address.`);
}

function recordOf(ip: string, request: VendorRequest, { product }: Endpoint): JsonObject {
  const isFree = kindOfKey(keyOf(request)) === 'free';
  const whole =
    product === 'security' ? { ip, security: ipgeolocationSecurity(ip) } : ipgeoRecord(ip, modulesOf(request), isFree);
  const kept = listOf(request.query.get('fields'), /,/);
  const dropped = listOf(request.query.get('excludes'), /,/).filter((path) => path !== 'ip');
  return dropPaths(kept.length > 0 ? keepPaths(whole, ['ip', ...kept]) : whole, dropped);
}

function creditsOf(request: VendorRequest, { product }: Endpoint): number {
  if (product === 'security') return 2;
  const modules = modulesOf(request);
  const extra = modules.reduce((sum, name) => sum + (PAID_MODULES.get(name) ?? 0), 0);
  const isBaseUnused = request.query.get('fields') === 'security' && modules.includes('security');
  return isBaseUnused ? extra : 1 + extra;
}

function modulesOf({ query }: VendorRequest): string[] {
  const asked = listOf(query.get('include'), /,/);
  return asked.includes('*') ? [...PAID_MODULES.keys()] : asked.filter((name) => PAID_MODULES.has(name));
}

function bulkOf({ body }: VendorRequest): string[] | undefined {
  const asked = parsedBody(body);
  const addresses = isJsonObject(asked) ? asked['ips'] : undefined;
  if (!Array.isArray(addresses)) return undefined;
  return addresses.map((address: unknown) => (typeof address === 'string' ? address : JSON.stringify(address)));
}

function keyOf({ query }: VendorRequest): string | undefined {
  return query.get('apiKey') ?? undefined;
}

function quotaSpent(): VendorAnswer {
  return failure(429, 'You have exceeded the request quota of your subscription.');
}

function failure(status: number, message: string): VendorAnswer {
  return { status, body: { message } };
}

// Comes from the proxy in front of the vendor and is HTML for that reason.
const TOO_LARGE_PAGE =
  '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n' +
  '<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';
