import { kindOfAddress } from '../asked-address.js';
import { secondsUntilEndOfDay } from '../calendar.js';
import { replacePaths, type JsonObject } from '../field-selection.js';
import { headerText, kindOfKey } from '../sandbox-key.js';
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor.js';
import { APIVERVE_ENDPOINTS } from './apiverve-data.js';

const PLANS = {
  free: { name: 'Free', tokens: 50, perMinute: 5 },
  paid: { name: 'Starter', tokens: 1_000_000, perMinute: 6000 },
} as const;

interface Used {
  readonly tokens: number;
  readonly thisMinute: number;
}

/** `GET /v1/{vpndetector|tordetect|ipblacklistlookup|iplookup}`, each for one credit. */
export function apiverve(): Vendor {
  const used = { tokens: 0, thisMinute: 0 };
  let minute = 0;
  return {
    answer: (request) => {
      const refused = refusal(request);
      if (refused !== undefined) return refused;
      const now = Math.floor(Date.now() / 60_000);
      if (now !== minute) used.thisMinute = 0;
      minute = now;
      used.tokens += 1;
      used.thisMinute += 1;
      return lookup(request, used);
    },
    keyOf,
    addressesOf: ({ query }) => query.getAll('ip'),
    pathOf: ({ path }) => path,
    quotaSpent,
    rateLimited: (seconds) => ({
      ...failure(429, `Rate limit exceeded. Max ${PLANS.free.perMinute} requests per minute on your plan.`),
      headers: {
        'x-rate-limit-limit': String(PLANS.free.perMinute),
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(seconds),
        'retry-after': String(seconds),
      },
    }),
    failure,
  };
}

function refusal(request: VendorRequest): VendorAnswer | undefined {
  if (!APIVERVE_ENDPOINTS.has(request.path)) return failure(404, 'API not found');
  if (request.method !== 'GET') return failure(405, 'Method not allowed');
  const kind = kindOfKey(keyOf(request));
  if (kind === 'missing') return failure(401, 'API key is required');
  if (kind === 'wrong') return failure(401, 'Invalid API key');
  if (kind === 'spent') return quotaSpent();
  const ip = request.query.get('ip') ?? '';
  if (ip === '') return failure(400, 'Missing required parameters: [ip]');
  return kindOfAddress(ip) === 'global' ? undefined : failure(400, 'Invalid IP address');
}

function lookup({ path, query, headers }: VendorRequest, used: Used): VendorAnswer {
  const ip = query.get('ip') ?? '';
  const endpoint = APIVERVE_ENDPOINTS.get(path);
  const data = endpoint?.data(ip) ?? {};
  const isFree = kindOfKey(headerText(headers['x-api-key'])) === 'free';
  const body = { status: 'ok', error: null };
  return {
    status: 200,
    headers: countHeaders(PLANS[isFree ? 'free' : 'paid'], used),
    body: isFree ? { ...body, ...lockedForm(data, endpoint?.lockedFields ?? []) } : { ...body, data },
  };
}

function lockedForm(data: JsonObject, lockedFields: readonly string[]): JsonObject {
  return {
    data: replacePaths(data, lockedFields, null),
    premium: {
      message: 'Upgrade to unlock premium fields',
      upgrade_url: 'https://dashboard.apiverve.com/plans',
      locked_fields: lockedFields,
    },
  };
}

function countHeaders({ name, tokens, perMinute }: (typeof PLANS)['free' | 'paid'], used: Used) {
  return {
    'x-rate-limit-limit': String(perMinute),
    'x-rate-limit-remaining': String(Math.max(0, perMinute - used.thisMinute)),
    'x-api-tokens-used': String(used.tokens),
    'x-api-max-tokens': String(tokens),
    'x-api-remaining-tokens': String(Math.max(0, tokens - used.tokens)),
    'x-api-current-plan': name,
    'x-api-renewal': String(secondsUntilEndOfDay()),
  };
}

function keyOf({ headers }: VendorRequest): string | undefined {
  return headerText(headers['x-api-key']);
}

function quotaSpent(): VendorAnswer {
  const { name, tokens } = PLANS.paid;
  return {
    ...failure(429, 'Your credits have been depleted. Please upgrade your plan or wait for the renewal.'),
    headers: {
      'x-api-tokens-used': String(tokens),
      'x-api-max-tokens': String(tokens),
      'x-api-remaining-tokens': '0',
      'x-api-current-plan': name,
      'x-api-renewal': String(secondsUntilEndOfDay()),
    },
  };
}

function failure(status: number, message: string): VendorAnswer {
  return { status, body: { status: 'error', error: message, data: null } };
}
