import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../field-selection.js';
import { parsedBody } from '../parsed-body.js';
import { headerText, kindOfKey } from '../sandbox-key.js';
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor.js';
import { errorsOf, statusOf, UNKNOWN_WORKFLOW, type FieldErrors, type NovuTrigger } from './novu-event.js';
import { NovuReplays } from './novu-replays.js';

const MOST_EVENTS = 100;
const PER_SECOND = 60;
const RATE_HEADERS = {
  'RateLimit-Limit': String(PER_SECOND),
  'RateLimit-Remaining': String(PER_SECOND - 1),
  'RateLimit-Reset': '1',
  'RateLimit-Policy': `${PER_SECOND};w=1`,
};
const QUOTA_SPENT = 'Payment required: the events of this month are used up';
const TRIGGER = '/v1/events/trigger';
const BULK = '/v1/events/trigger/bulk';

/** `POST /v1/events/trigger`, its bulk form, and `DELETE /v1/events/trigger/{transactionId}`. */
export function novu(triggered: NovuTrigger[]): Vendor {
  const replays = new NovuReplays();
  return {
    answer: (request) => {
      const refused = refusal(request);
      if (refused !== undefined) return refused;
      if (request.method === 'DELETE') return { status: 200, headers: RATE_HEADERS, body: { data: true } };
      return replays.once(request, failureAt(request.path), () => trigger(request, triggered));
    },
    keyOf,
    addressesOf: () => [],
    pathOf: ({ path }) => path,
    quotaSpent: () => failure(402, QUOTA_SPENT),
    rateLimited: (seconds) => ({
      ...failure(429, 'API rate limit exceeded'),
      headers: { ...RATE_HEADERS, 'RateLimit-Remaining': '0', 'Retry-After': String(seconds) },
    }),
    failure,
    // Its servers keep the failures of what is behind them; what stands before them (502-504) keeps nothing.
    kept: (request, failed) =>
      failed.status === 500 ? replays.once(request, failureAt(request.path), () => failed) : failed,
  };
}

function refusal(request: VendorRequest): VendorAnswer | undefined {
  const { method, path } = request;
  const failureHere = failureAt(path);
  const isTrigger = method === 'POST' && (path === TRIGGER || path === BULK);
  const isCancel = method === 'DELETE' && /^\/v1\/events\/trigger\/[^/]+$/.test(path);
  if (!isTrigger && !isCancel) return failureHere(404, `Cannot ${method} ${path}`);
  const kind = kindOfKey(keyOf(request));
  if (kind === 'missing') return failureHere(401, 'Missing authorization header');
  if (kind === 'wrong') return failureHere(401, 'API Key not found');
  if (kind === 'spent') return failureHere(402, QUOTA_SPENT);
  return request.isTooLarge ? failureHere(413, 'request entity too large') : undefined;
}

function trigger(request: VendorRequest, triggered: NovuTrigger[]): VendorAnswer {
  const failureHere = failureAt(request.path);
  const body = parsedBody(request.body);
  if (!isJsonObject(body)) return failureHere(400, 'The body is not a JSON object');
  const isBulk = request.path === BULK;
  const events: unknown = isBulk ? body['events'] : [body];
  if (!Array.isArray(events) || events.length === 0 || events.length > MOST_EVENTS) {
    return invalid(request.path, { events: { messages: ['events must hold 1 to 100 events'], value: events } });
  }
  const accepted: NovuTrigger[] = [];
  for (const event of events as unknown[]) {
    const fields = isJsonObject(event) ? event : {};
    const errors = errorsOf(fields);
    if (Object.keys(errors).length > 0) return invalid(request.path, errors);
    if (fields['name'] === UNKNOWN_WORKFLOW) return failureHere(422, 'workflow_not_found');
    accepted.push(triggerOf(fields, headerText(request.headers['idempotency-key'])));
  }
  triggered.push(...accepted);
  const data = accepted.map(({ status, transactionId }) => ({ acknowledged: true, status, transactionId }));
  return { status: 201, headers: RATE_HEADERS, body: { data: isBulk ? data : data[0] } };
}

function triggerOf(event: JsonObject, idempotencyKey: string | undefined): NovuTrigger {
  const { name, to, payload, transactionId } = event;
  return {
    name: String(name),
    to,
    payload: payload ?? {},
    transactionId: typeof transactionId === 'string' && transactionId !== '' ? transactionId : `txn_${randomUUID()}`,
    idempotencyKey,
    status: statusOf(event),
    event,
  };
}

function keyOf({ headers }: VendorRequest): string | undefined {
  return /^ApiKey (.*)$/i.exec(headers.authorization ?? '')?.[1];
}

function invalid(path: string, errors: FieldErrors): VendorAnswer {
  return { status: 422, body: { ...errorBody(422, path, 'Validation Error'), errors } };
}

function failure(status: number, message: string): VendorAnswer {
  return failureAt(TRIGGER)(status, message);
}

function failureAt(path: string): (status: number, message: string) => VendorAnswer {
  return (status, message) => ({ status, body: errorBody(status, path, message) });
}

function errorBody(statusCode: number, path: string, message: string): JsonObject {
  return { statusCode, timestamp: new Date().toISOString(), path, message };
}
