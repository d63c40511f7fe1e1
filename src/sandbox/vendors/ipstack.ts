import { kindOfAddress } from '../asked-address.js';
import { dropPaths, keepPaths, listOf, type JsonObject } from '../field-selection.js';
import { kindOfKey } from '../sandbox-key.js';
import { answerOf, type Vendor, type VendorAnswer, type VendorRequest } from '../vendor.js';
import { ipstackRecord } from './ipstack-record.js';

const BULK_LIMIT = 50;

const ERRORS = {
  notFound: [404, '404_not_found', 'The requested resource does not exist.'],
  missingKey: [101, 'missing_access_key', 'You have not supplied an API Access Key.'],
  wrongKey: [101, 'invalid_access_key', 'You have not supplied a valid API Access Key.'],
  quota: [104, 'usage_limit_reached', 'Your monthly usage limit has been reached. Please upgrade your plan.'],
  plan: [105, 'function_access_restricted', 'Your plan does not support this function. Please upgrade your plan.'],
  address: [106, 'invalid_ip_address', 'The IP Address supplied is invalid.'],
  fields: [301, 'invalid_fields', 'One or more invalid fields were specified using the fields parameter.'],
  tooMany: [302, 'too_many_ips', 'The bulk endpoint takes 50 IP addresses at most.'],
  bulkPlan: [
    303,
    'batch_not_supported_on_plan',
    'Bulk requests are not supported on your plan. Please upgrade your subscription.',
  ],
} as const;

/** `GET /{ip}` and `GET /{ip1},{ip2},…`. Refusals come with HTTP 200, as ipstack's do. */
export function ipstack(): Vendor {
  return {
    answer,
    keyOf,
    addressesOf,
    pathOf: ({ path }) => path,
    quotaSpent: () => refusal('quota'),
    rateLimited: (seconds) => ({
      status: 429,
      headers: { 'Retry-After': String(seconds) },
      body: errorBody(429, 'too_many_requests', 'Too many requests in a short time.'),
    }),
    failure: (status, message) => ({ status, body: errorBody(status, 'sandbox_fault', message) }),
  };
}

function answer(request: VendorRequest): VendorAnswer {
  const refused = refusedKey(request);
  if (refused !== undefined) return refused;
  const addresses = addressesOf(request);
  const isBulk = addresses.length > 1;
  if (request.method !== 'GET' || addresses.length === 0) return { ...refusal('notFound'), status: 404 };
  if (isBulk && kindOfKey(keyOf(request)) === 'free') return refusal('bulkPlan');
  if (addresses.length > BULK_LIMIT) return refusal('tooMany');
  if (addresses.some((address) => kindOfAddress(address) === 'invalid')) return refusal('address');
  const records = addresses.map((address) => selected(ipstackRecord(address), request.query));
  return answerOf(isBulk ? records : records[0]);
}

function refusedKey(request: VendorRequest): VendorAnswer | undefined {
  const hasSecurity = request.query.get('security') === '1';
  const wantsSecurity = fieldsOf(request.query).some((field) => field.split('.')[0] === 'security');
  switch (kindOfKey(keyOf(request))) {
    case 'missing':
      return refusal('missingKey');
    case 'wrong':
      return refusal('wrongKey');
    case 'spent':
      return refusal('quota');
    case 'free':
      return hasSecurity ? refusal('plan') : undefined;
    case 'paid':
      return wantsSecurity && !hasSecurity ? refusal('fields') : undefined;
  }
}

/** The modules and fields that were asked for; without `fields`, all but the modules that have a switch. */
function selected(record: JsonObject, query: URLSearchParams): JsonObject {
  const off = ['security', 'hostname'].filter((name) => query.get(name) !== '1');
  const available = dropPaths(record, off);
  const fields = fieldsOf(query);
  if (fields.length === 0) return available;
  const switches = fields.includes('main') ? Object.keys(available).filter((name) => name !== 'security') : [];
  return keepPaths(available, [...switches, ...fields]);
}

function fieldsOf(query: URLSearchParams): string[] {
  return listOf(query.get('fields'), /[,\s]+/);
}

function keyOf({ query }: VendorRequest): string | undefined {
  return query.get('access_key') ?? undefined;
}

function addressesOf({ path }: VendorRequest): string[] {
  return /^\/[^/]+$/.test(path) ? listOf(path.slice(1), /,/) : [];
}

function refusal(name: keyof typeof ERRORS): VendorAnswer {
  const [code, type, info] = ERRORS[name];
  return answerOf(errorBody(code, type, info));
}

function errorBody(code: number, type: string, info: string): JsonObject {
  return { success: false, error: { code, type, info } };
}
