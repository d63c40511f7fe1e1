import { kindOfAddress } from '../asked-address.js';
import { endOfDaySeconds, secondsUntilEndOfDay } from '../calendar.js';
import { headerText, kindOfKey } from '../sandbox-key.js';
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor.js';
import { abuseReport } from './abuseipdb-report.js';

const DAILY_LIMIT = 1_000;
const PATH = '/api/v2/check';

/** `GET /api/v2/check?ipAddress=&maxAgeInDays=`. */
export function abuseipdb(): Vendor {
  let used = 0;
  return {
    answer: (request) => {
      const refused = refusal(request);
      if (refused !== undefined) return refused;
      used += 1;
      const data = abuseReport(addressOf(request), request.query.has('verbose'));
      return { status: 200, headers: countHeaders(Math.max(0, DAILY_LIMIT - used)), body: { data } };
    },
    keyOf,
    addressesOf: ({ query }) => query.getAll('ipAddress'),
    pathOf: ({ path }) => path,
    quotaSpent,
    rateLimited: (seconds) => ({
      ...failure(429, 'Too many requests in a short time.'),
      headers: { ...countHeaders(DAILY_LIMIT - used), 'Retry-After': String(seconds) },
    }),
    failure,
  };
}

function refusal(request: VendorRequest): VendorAnswer | undefined {
  if (request.path !== PATH) return failure(404, 'The requested endpoint does not exist.');
  if (request.method !== 'GET') return failure(405, `The ${request.method} method is not supported for this route.`);
  const kind = kindOfKey(keyOf(request));
  if (kind === 'missing' || kind === 'wrong') {
    return failure(401, 'Authentication failed. Your API key is either missing, incorrect, or revoked.');
  }
  if (kind === 'spent') return quotaSpent();
  const address = addressOf(request);
  if (address === '') return unprocessable('ipAddress', 'The ip address field is required.');
  if (kindOfAddress(address) === 'invalid') {
    return unprocessable('ipAddress', 'The ip address must be a valid IPv4 or IPv6 address.');
  }
  const age = request.query.get('maxAgeInDays') ?? '30';
  const isAge = /^\d{1,3}$/.test(age) && Number(age) >= 1 && Number(age) <= 365;
  return isAge ? undefined : unprocessable('maxAgeInDays', 'The max age in days must be between 1 and 365.');
}

function countHeaders(remaining: number): Record<string, string> {
  return { 'X-RateLimit-Limit': String(DAILY_LIMIT), 'X-RateLimit-Remaining': String(remaining) };
}

function keyOf({ headers }: VendorRequest): string | undefined {
  return headerText(headers['key']);
}

function addressOf({ query }: VendorRequest): string {
  return query.get('ipAddress') ?? '';
}

function quotaSpent(): VendorAnswer {
  return {
    ...failure(429, `Daily rate limit of ${DAILY_LIMIT} requests exceeded for this endpoint.`),
    headers: {
      ...countHeaders(0),
      'Retry-After': String(secondsUntilEndOfDay()),
      'X-RateLimit-Reset': String(endOfDaySeconds()),
    },
  };
}

function unprocessable(parameter: string, detail: string): VendorAnswer {
  return { status: 422, body: { errors: [{ detail, status: 422, source: { parameter } }] } };
}

function failure(status: number, detail: string): VendorAnswer {
  return { status, body: { errors: [{ detail, status }] } };
}
