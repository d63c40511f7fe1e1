import { kindOfAddress } from '../asked-address.js';
import { isJsonObject, type JsonObject } from '../field-selection.js';
import { personaOf } from '../personas.js';
import { headerText, kindOfKey } from '../sandbox-key.js';
import { answerOf, type Vendor, type VendorAnswer, type VendorRequest } from '../vendor.js';
import { parsedBody } from '../parsed-body.js';
import { BELTIC_SAMPLE, BELTIC_SAMPLE_ADDRESS } from './beltic-sample.js';
import { fraudFacts } from './fraud-facts.js';

/** `POST /v1/ips/risk`. */
export function beltic(): Vendor {
  return {
    answer,
    keyOf,
    addressesOf: (request) => [addressOf(request)].filter((address) => address !== undefined),
    pathOf: ({ path }) => path,
    quotaSpent: () => failure(429, 'Quota exceeded'),
    rateLimited: (seconds) => ({
      ...failure(429, 'Too many requests'),
      headers: { 'Retry-After': String(seconds) },
    }),
    failure,
  };
}

function answer(request: VendorRequest): VendorAnswer {
  if (request.method !== 'POST' || request.path !== '/v1/ips/risk') return failure(404, 'Route not found');
  const key = kindOfKey(keyOf(request));
  if (key === 'missing' || key === 'wrong') return failure(401, 'Invalid or missing API key');
  if (key === 'spent') return failure(429, 'Quota exceeded');
  if (request.isTooLarge) return failure(413, 'Body too large');
  const address = addressOf(request);
  if (address === undefined || kindOfAddress(address) === 'invalid') {
    const message = 'IP address must be in valid IPv4 or IPv6 format';
    return { status: 400, body: { error: 'Invalid IP address format', message } };
  }
  return answerOf(riskOf(address));
}

function riskOf(address: string): JsonObject {
  if (address === BELTIC_SAMPLE_ADDRESS) return BELTIC_SAMPLE;
  if (kindOfAddress(address) === 'special-purpose') return nothingKnown();
  const { name, place } = personaOf(address);
  const facts = fraudFacts(name);
  return {
    risk: { fraud_score: facts.score, recent_abuse: facts.recentAbuse },
    network: {
      isp: place.organization,
      asn: place.asn,
      organization: place.organization,
      host: place.host,
      timezone: place.timeZone,
      mobile: false,
    },
    anonymity: {
      proxy: facts.proxy,
      vpn: facts.vpn,
      tor: facts.tor,
      active_vpn: facts.vpn,
      active_tor: facts.tor,
    },
    bot: { is_crawler: facts.isCrawler, bot_status: facts.botStatus },
    address: {
      formatted_address: `${place.city}, ${place.regionName}, ${place.countryCode}`,
      country: place.countryCode,
      city: place.city,
      state_or_province: place.regionName,
      postal_code: place.zip,
      latitude: place.latitude,
      longitude: place.longitude,
    },
  };
}

// Undocumented. Every field that the documentation lets be null is.
function nothingKnown(): JsonObject {
  return {
    risk: { fraud_score: 0, recent_abuse: false },
    network: { isp: null, asn: null, organization: null, host: null, timezone: null, mobile: false },
    anonymity: { proxy: false, vpn: false, tor: false, active_vpn: false, active_tor: false },
    bot: { is_crawler: false, bot_status: false },
    address: {
      formatted_address: null,
      country: null,
      city: null,
      state_or_province: null,
      postal_code: null,
      latitude: null,
      longitude: null,
    },
  };
}

function keyOf({ headers }: VendorRequest): string | undefined {
  return headerText(headers['x-api-key']);
}

function addressOf({ body }: VendorRequest): string | undefined {
  const asked = parsedBody(body);
  const address = isJsonObject(asked) ? asked['ip_address'] : undefined;
  return typeof address === 'string' ? address : undefined;
}

function failure(status: number, message: string): VendorAnswer {
  const titles = new Map([
    [401, 'Unauthorized'],
    [404, 'Not Found'],
    [413, 'Payload Too Large'],
    [429, 'Too Many Requests'],
  ]);
  return { status, body: { error: titles.get(status) ?? 'Error', message } };
}
