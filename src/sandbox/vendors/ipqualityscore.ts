import { kindOfAddress } from '../asked-address.js';
import type { JsonObject } from '../field-selection.js';
import { personaOf } from '../personas.js';
import { headerText, kindOfKey } from '../sandbox-key.js';
import { answerOf, type Vendor, type VendorAnswer, type VendorRequest } from '../vendor.js';
import { fraudFacts } from './fraud-facts.js';

const PATH = /^\/api\/json\/ip\/(?:([^/]+)\/)?([^/]+)$/;
const FREE_PLAN_TEXT = 'Premium required.';

/** `GET /api/json/ip/{key}/{ip}`, or `/api/json/ip?ip=` with the key in the header `IPQS-KEY`. Refusals come with HTTP 200. */
export function ipqualityscore(): Vendor {
  return {
    answer,
    keyOf,
    addressesOf: (request) => [addressOf(request)].filter((address) => address !== undefined),
    pathOf: ({ path }) => path.replace(/^\/api\/json\/ip\/[^/]+(?=\/)/, '/api/json/ip/{key}'),
    quotaSpent,
    rateLimited: (seconds) => ({
      ...failure(429, 'You are sending too many requests at once.'),
      headers: { 'Retry-After': String(seconds) },
    }),
    failure,
  };
}

function answer(request: VendorRequest): VendorAnswer {
  const address = addressOf(request);
  if (request.method !== 'GET' || address === undefined) return failure(404, 'Endpoint not found.');
  const kind = kindOfKey(keyOf(request));
  if (kind === 'missing' || kind === 'wrong') {
    return failure(200, 'Invalid or unauthorized key. Please check the API key and try again.');
  }
  if (kind === 'spent') return quotaSpent();
  if (kindOfAddress(address) === 'invalid') return failure(200, 'Invalid IPv4 address, IPv6 address or hostname.');
  const report = reportOf(address);
  return answerOf(kind === 'free' ? { ...report, ...FREE_PLAN_FIELDS } : report);
}

const FREE_PLAN_FIELDS: JsonObject = {
  connection_type: FREE_PLAN_TEXT,
  abuse_velocity: FREE_PLAN_TEXT,
  zip_code: FREE_PLAN_TEXT,
};

function reportOf(address: string): JsonObject {
  const { name, place } = personaOf(address);
  const isKnown = kindOfAddress(address) === 'global';
  const facts = fraudFacts(isKnown ? name : 'clean-home');
  const known = <Value>(value: Value): Value | 'N/A' => (isKnown ? value : 'N/A');
  return {
    success: true,
    message: 'Success',
    fraud_score: facts.score,
    country_code: known(place.countryCode),
    region: known(place.regionName),
    city: known(place.city),
    ISP: known(place.organization),
    ASN: isKnown ? place.asn : 0,
    organization: known(place.organization),
    is_crawler: facts.isCrawler,
    timezone: known(place.timeZone),
    mobile: false,
    host: isKnown ? place.host : address,
    proxy: facts.proxy,
    vpn: facts.vpn,
    tor: facts.tor,
    active_vpn: facts.vpn,
    active_tor: facts.tor,
    recent_abuse: facts.recentAbuse,
    bot_status: facts.botStatus,
    connection_type: facts.connectionType,
    abuse_velocity: facts.abuseVelocity,
    zip_code: known(place.zip),
    latitude: isKnown ? place.latitude : 0,
    longitude: isKnown ? place.longitude : 0,
    request_id: 'sandbox',
  };
}

function addressOf({ path, query }: VendorRequest): string | undefined {
  return path === '/api/json/ip' ? (query.get('ip') ?? undefined) : PATH.exec(path)?.[2];
}

function keyOf({ path, headers }: VendorRequest): string | undefined {
  return PATH.exec(path)?.[1] ?? headerText(headers['ipqs-key']);
}

function quotaSpent(): VendorAnswer {
  return failure(200, 'You have exceeded your request quota of 200 per day. Please upgrade to increase your quota.');
}

function failure(status: number, message: string): VendorAnswer {
  return { status, body: { success: false, message, request_id: 'sandbox' } };
}
