import { fieldOf, objectIn, recordOf, textIn, type JsonRecord } from '../../../../common/json/json-fields.js';
import type { AlertAudience } from '../../../alerting/alert.js';
import type { DeliveryOutcome } from '../../../alerting/delivery-outcome.js';
import { retryAfterMs } from '../retry-after.js';
import type { NovuAnswer } from './novu-exchange.js';

/** What a 201 can say instead of `processed`: the event is taken, and nothing will ever be sent for it. */
const NOT_SENT: ReadonlyMap<string, string> = new Map([
  ['error', 'Novu took the alert and could not process it; see its activity feed'],
  ['trigger_not_active', 'the workflow is switched off in Novu; switch it on'],
  ['no_workflow_active_steps_defined', 'the workflow has no active step in Novu; switch one on'],
  ['no_workflow_steps_defined', 'the workflow has no steps in Novu; add one'],
  ['no_tenant_found', 'Novu has no such tenant'],
  ['invalid_recipients', 'Novu takes the id of none of the recipients; use letters, digits and dashes'],
]);

const WRONG_SETTINGS: ReadonlyMap<number, string> = new Map([
  [401, 'check the secret key, and that it is of the region of the server URL'],
  [402, 'the plan has no events left'],
  [403, 'the secret key may not send events'],
  [404, 'check the server URL'],
]);

/** 4xx that may pass: a time limit, the same event under way, one sent too early, too many. */
const PASSING = [408, 409, 425, 429];

/** Until the next try, under another key. The schedule of tries may make it more. */
const WITH_NEXT_KEY_MS = 1_000;

export interface NovuQuestion {
  readonly audience: AlertAudience;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What an answer of Novu comes to, by its status code. Pure; repeats nothing that Novu wrote. */
export function outcomeOfAnswer(answer: NovuAnswer, question: NovuQuestion): DeliveryOutcome {
  const outcome = outcomeOnce(answer, question);
  if (outcome.status === 'delivered' || !isKeySpent(answer, outcome)) return outcome;
  const asked = outcome.status === 'failed' ? outcome.retryAfterMs : undefined;
  return { status: 'failed', reason: outcome.reason, retryAfterMs: asked ?? WITH_NEXT_KEY_MS, isKeySpent: true };
}

/**
 * Novu keeps what it answered under the idempotency key for a day, failures too, and takes no other body under it. An answer
 * that it keeps names the key. One that was torn or garbled on the way is better when it is repeated.
 */
function isKeySpent({ status, headers, text = '' }: NovuAnswer, { status: outcome }: DeliveryOutcome): boolean {
  const isReplay = headers.get('idempotency-replay')?.toLowerCase() === 'true';
  if (status < 400) return isReplay && outcome === 'refused';
  // The first request with this key is under way.
  if (status === 409) return false;
  const isOtherBody = status === 422 && text.includes('reused for a different body');
  return isReplay || isOtherBody || (outcome === 'failed' && headers.has('idempotency-key'));
}

function outcomeOnce(answer: NovuAnswer, { audience, now }: NovuQuestion): DeliveryOutcome {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return outcomeOfSuccess(answer, audience);
  if (status >= 400 && status < 500 && !PASSING.includes(status)) return refusalOf(answer);
  const detail = status >= 300 && status < 400 ? ', a redirect, which is not followed; check the server URL' : '';
  return {
    status: 'failed',
    reason: `Novu answered ${status}${detail}.`,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), now),
  };
}

function outcomeOfSuccess({ status, text }: NovuAnswer, audience: AlertAudience): DeliveryOutcome {
  if (text === undefined) return { status: 'failed', reason: `Novu answered ${status} and broke off.` };
  const body = jsonOf(text);
  if (body === undefined) {
    return { status: 'failed', reason: `Novu answered ${status} without JSON; check the server URL.` };
  }
  const said = textIn(objectIn(recordOf(body), 'data') ?? recordOf(body), 'status') ?? 'processed';
  const problem = NOT_SENT.get(said);
  if (problem === undefined) return { status: 'delivered' };
  // One user's id says nothing of the settings.
  const isMisconfigured = !(said === 'invalid_recipients' && audience === 'user');
  return { status: 'refused', reason: `Novu answered ${status} ${said}: ${problem}.`, isMisconfigured };
}

function refusalOf({ status, text }: NovuAnswer): DeliveryOutcome {
  const remedy = WRONG_SETTINGS.get(status) ?? remedyIn(status, recordOf(jsonOf(text)));
  const detail = remedy === undefined ? '' : `: ${remedy}`;
  return { status: 'refused', reason: `Novu answered ${status}${detail}.`, isMisconfigured: remedy !== undefined };
}

function remedyIn(status: number, body: JsonRecord | undefined): string | undefined {
  if (status === 422 && textIn(body, 'message') === 'workflow_not_found') {
    return 'it has no workflow of that id in the environment of the secret key; check both';
  }
  if (status === 400 && recordOf(fieldOf(body, 'schema')) !== undefined) {
    return 'the payload does not fit the schema of the workflow; paste the one of config/novu again';
  }
  return undefined;
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
