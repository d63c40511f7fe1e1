import { isJsonObject, type JsonObject } from '../field-selection.js';

/** An event that Novu was asked to send. */
export interface NovuTrigger {
  /** The workflow. */
  readonly name: string;
  readonly to: unknown;
  readonly payload: unknown;
  readonly transactionId: string;
  readonly idempotencyKey: string | undefined;
  readonly status: NovuStatus;
  /** The event as it was sent. */
  readonly event: JsonObject;
}

export type NovuStatus =
  | 'processed'
  | 'error'
  | 'trigger_not_active'
  | 'no_workflow_active_steps_defined'
  | 'no_workflow_steps_defined'
  | 'no_tenant_found'
  | 'invalid_recipients'
  /** None that the SDK knows: a Novu that is newer than it. */
  | 'scheduled';

/** Workflows that say something else than `processed`. Any other name is a workflow that sends. */
const NAMED_WORKFLOWS: ReadonlyMap<string, NovuStatus> = new Map([
  ['inactive-workflow', 'trigger_not_active'],
  ['inactive-steps-workflow', 'no_workflow_active_steps_defined'],
  ['empty-workflow', 'no_workflow_steps_defined'],
  ['tenant-workflow', 'no_tenant_found'],
  ['erring-workflow', 'error'],
  ['newer-workflow', 'scheduled'],
]);

export const UNKNOWN_WORKFLOW = 'unknown-workflow';

const MOST_RECIPIENTS = 100;

/** One message a field that is wrong; none when the event can be taken. */
export type FieldErrors = Readonly<Record<string, { readonly messages: readonly string[]; readonly value: unknown }>>;

export function errorsOf(event: JsonObject): FieldErrors {
  const { name, to, payload } = event;
  const errors: Record<string, FieldErrors[string]> = {};
  if (typeof name !== 'string' || name === '') {
    errors['name'] = { messages: ['name must be a string'], value: name };
  }
  if (!hasRecipients(to)) errors['to'] = { messages: ['to must name 1 to 100 recipients'], value: to };
  if (payload !== undefined && !isJsonObject(payload)) {
    errors['payload'] = { messages: ['payload must be an object'], value: payload };
  }
  return errors;
}

export function statusOf({ name, to }: JsonObject): NovuStatus {
  const recipients = Array.isArray(to) ? to : [to];
  if (!recipients.some(hasPlainId)) return 'invalid_recipients';
  return NAMED_WORKFLOWS.get(String(name)) ?? 'processed';
}

function hasRecipients(to: unknown): boolean {
  if (Array.isArray(to)) return to.length > 0 && to.length <= MOST_RECIPIENTS && to.every(isRecipient);
  return isRecipient(to);
}

function isRecipient(to: unknown): boolean {
  if (typeof to === 'string') return to !== '';
  if (!isJsonObject(to)) return false;
  const { subscriberId, topicKey } = to;
  return [subscriberId, topicKey].some((id) => typeof id === 'string' && id !== '');
}

function hasPlainId(to: unknown): boolean {
  const { subscriberId, topicKey } = isJsonObject(to) ? to : { subscriberId: to };
  return /^[\w@.+-]+$/.test(String(subscriberId ?? topicKey));
}
