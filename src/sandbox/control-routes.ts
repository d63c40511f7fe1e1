import { FAULT_KINDS, faultProblem, type Fault } from './faults.js';
import { parsedBody } from './parsed-body.js';
import { PERSONAS } from './personas.js';
import {
  answerOf,
  isVendorName,
  VENDOR_NAMES,
  type VendorAnswer,
  type VendorName,
  type VendorRequest,
} from './vendor.js';
import type { VendorLane } from './vendor-lane.js';
import type { NovuTrigger } from './vendors/novu-event.js';

/** What the sandbox shows of itself over HTTP. */
export interface Controlled {
  readonly baseUrls: Readonly<Record<VendorName, string>>;
  readonly triggers: readonly NovuTrigger[];
  readonly redirectHits: number;
  laneOf(vendor: VendorName): VendorLane;
  countRedirect(): void;
  reset(): void;
}

const ROUTES = [
  'GET /_sandbox/personas',
  'GET /_sandbox/faults',
  'PUT /_sandbox/faults/{vendor}',
  'DELETE /_sandbox/faults/{vendor}',
  'GET /_sandbox/calls',
  'GET /_sandbox/triggers',
  'DELETE /_sandbox',
];

/** Answers `/_sandbox/…`. */
export function controlAnswer(sandbox: Controlled, { method, path, body }: VendorRequest): VendorAnswer {
  const [, room = '', vendor] = path.split('/');
  if (room === 'redirected') {
    sandbox.countRedirect();
    return answerOf({});
  }
  if (room === 'faults' && vendor !== undefined) return faultAnswer(sandbox, method, vendor, body);
  switch (`${method} ${path}`) {
    case 'GET /':
      return answerOf(overview(sandbox));
    case 'GET /personas':
      return answerOf(PERSONAS);
    case 'GET /faults':
      return answerOf({ kinds: FAULT_KINDS, faults: byVendor((name) => sandbox.laneOf(name).currentFault ?? null) });
    case 'GET /calls':
      return answerOf({
        request_counts: byVendor((name) => sandbox.laneOf(name).requestCount),
        redirect_hits: sandbox.redirectHits,
        calls: byVendor((name) => sandbox.laneOf(name).calls),
      });
    case 'GET /triggers':
      return answerOf(sandbox.triggers);
    case 'DELETE /':
      sandbox.reset();
      return answerOf(overview(sandbox));
    default:
      return refusal(404, `There is no ${method} /_sandbox${path}. There is ${ROUTES.join(', ')}.`);
  }
}

/** The front page, and the answer to a path of no vendor. */
export function overview({ baseUrls }: Controlled): object {
  return {
    what: 'IP-intelligence vendors to try things on. Every answer is made up.',
    base_urls: baseUrls,
    keys: {
      'any text': 'a paid plan',
      'free-key': 'a free plan',
      'spent-key': 'a plan that is used up',
      'wrong-key': 'a key that is refused',
    },
    routes: ROUTES,
  };
}

export function refusal(status: number, message: string): VendorAnswer {
  return { status, body: { error: message } };
}

function faultAnswer(sandbox: Controlled, method: string, vendor: string, body: string): VendorAnswer {
  if (!isVendorName(vendor))
    return refusal(404, `There is no vendor "${vendor}"; there is ${VENDOR_NAMES.join(', ')}.`);
  const lane = sandbox.laneOf(vendor);
  if (method === 'GET') return answerOf({ vendor, fault: lane.currentFault ?? null });
  if (method !== 'PUT' && method !== 'DELETE') return refusal(405, 'Use PUT to switch a fault on and DELETE for off.');
  const fault = method === 'PUT' ? parsedBody(body) : undefined;
  const problem = method === 'PUT' ? faultProblem(fault) : undefined;
  if (problem !== undefined) return refusal(400, problem);
  lane.setFault(fault as Fault | undefined);
  return answerOf({ vendor, fault: fault ?? null });
}

function byVendor(value: (name: VendorName) => unknown): object {
  return Object.fromEntries(VENDOR_NAMES.map((name) => [name, value(name)]));
}
