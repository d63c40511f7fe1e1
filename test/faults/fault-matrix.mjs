// Every kind of fault the sandbox can play, with what may come of it, and the six vendors it is played on.
import { FAULT_KINDS } from '../../dist/sandbox/faults.js';

/** `none`: no verdict can come of it. `all`: the vendor's answer is whole and in time. `any`: up to the adapter. */
const none = (...faults) => faults.map((fault) => ({ fault, verdicts: 'none' }));
const all = (...faults) => faults.map((fault) => ({ fault, verdicts: 'all' }));
const any = (...faults) => faults.map((fault) => ({ fault, verdicts: 'any' }));

const STATUSES = [400, 401, 403, 404, 429, 500, 503];

export const VARIANTS = [
  ...none(...STATUSES.map((status) => ({ kind: 'status', status }))),
  ...none({ kind: 'hang' }, { kind: 'refuse' }, { kind: 'html' }, { kind: 'empty' }, { kind: 'deep' }),
  ...none({ kind: 'redirect' }, { kind: 'quota' }, { kind: 'rate-limited' }),
  ...all({ kind: 'delay', ms: 100 }),
  ...none({ kind: 'delay', ms: 1000 }, { kind: 'drip' }, { kind: 'reset' }),
  ...none({ kind: 'truncated', where: 'transfer' }, { kind: 'truncated', where: 'json' }),
  // The sandbox takes so long over ten megabytes that the deadline ends most of those; one arrives in time.
  ...none({ kind: 'gzip-bomb' }, { kind: 'huge', megabytes: 1 }, { kind: 'huge', megabytes: 10 }),
  ...any(...['text', 'list', 'null'].map((as) => ({ kind: 'wrong-types', as })), { kind: 'nan' }),
  ...all({ kind: 'proto' }),
  ...any({ kind: 'other-address' }),
];

const missing = FAULT_KINDS.filter((kind) => !VARIANTS.some(({ fault }) => fault.kind === kind));
if (missing.length > 0) throw new Error(`The fault run does not play ${missing.join(', ')}; add a variant of each.`);

/** Nothing is wrong: warms the app up, and shows that the harness sees verdicts where there are some. */
export const HEALTHY = { fault: undefined, verdicts: 'all' };

/** `requestsPerLookup`: what the sandbox counts for one. `mostLookups`: what its plan allows in a minute. */
export const VENDORS = [
  { name: 'ipstack', requestsPerLookup: 1, mostLookups: Infinity },
  { name: 'beltic', requestsPerLookup: 1, mostLookups: Infinity },
  { name: 'ipgeolocation', requestsPerLookup: 1, mostLookups: Infinity },
  { name: 'apiverve', requestsPerLookup: 4, mostLookups: 75 },
  { name: 'abuseipdb', requestsPerLookup: 1, mostLookups: Infinity },
  { name: 'ipqualityscore', requestsPerLookup: 1, mostLookups: Infinity },
];

/** One fault of each family and two vendors, one of which asks four endpoints at once: what `npm test` has time for. */
export const SHORT_ROUND = {
  vendors: ['ipstack', 'apiverve'],
  faults: [
    'status 500',
    'hang',
    'deep',
    'redirect',
    'quota',
    'reset',
    'truncated json',
    'gzip-bomb',
    'huge 1',
    'proto',
  ],
};

export const MODES = ['open', 'closed'];

export function nameOf({ fault }) {
  if (fault === undefined) return 'healthy';
  const { kind, ...options } = fault;
  return [kind, ...Object.values(options)].join(' ');
}
