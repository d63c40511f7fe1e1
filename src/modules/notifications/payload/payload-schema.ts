import { ALERT_KINDS, ALERT_SEVERITIES } from '../../alerting/alert.js';
import type { AlertPayload } from './alert-payload.js';

/** As much of JSON Schema as payloads need. */
export interface PayloadSchema {
  readonly type: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, PayloadSchema>>;
  readonly items?: PayloadSchema;
  readonly required?: readonly string[];
}

type Fields = Readonly<Partial<Record<keyof AlertPayload, PayloadSchema>>>;

const text = (description: string): PayloadSchema => ({ type: 'string', description });
const maybeText = (description: string): PayloadSchema => ({ type: ['string', 'null'], description });
const maybeWhole = (description: string): PayloadSchema => ({ type: ['integer', 'null'], description });

/** What both workflows are given. */
const COMMON = {
  alert_id: text('The id of the alert; also the transaction id.'),
  kind: { type: 'string', enum: ALERT_KINDS, description: 'Why it is sent.' },
  severity: { type: 'string', enum: ALERT_SEVERITIES },
  title: text('One sentence; holds no markup.'),
  ip: maybeText('The address of the sender.'),
  country: maybeText('Two letters, ISO 3166-1.'),
  city: maybeText('Where the address is.'),
  asn: maybeWhole('The number of the network.'),
  user: maybeText('The id of the user. Users may choose it: escape it.'),
  first_seen: text('The first event, ISO 8601.'),
  last_seen: text('The last event, ISO 8601.'),
  count: { type: 'integer', description: 'Events that this alert tells of.' },
  suppressed: { type: 'integer', description: 'Events kept back by the cap since the last alert.' },
} as const satisfies Fields;

const REASON: PayloadSchema = {
  type: 'object',
  properties: {
    code: text('The rule that gave points.'),
    points: { type: 'number' },
    detail: maybeText('What it rests on.'),
  },
  required: ['code', 'points', 'detail'],
};

const TEAM = {
  ...COMMON,
  score: maybeWhole('0-100, higher is riskier.'),
  level: maybeText('low, medium, high or critical.'),
  reasons: { type: 'array', items: REASON, description: 'Their points add up to the score.' },
  route: maybeText('The handler or the REST route.'),
  policy: maybeText('The policy that was decided under.'),
  mode: maybeText('live or dry-run.'),
  action: maybeText('What was done: allow, monitor, challenge, block or review. In dry-run, what would have been.'),
  provider: maybeText('The vendor, for alerts about one.'),
  detail: maybeText('One more sentence.'),
  decision_url: maybeText('The decision, to be read with an API key.'),
} as const satisfies Fields;

const USER = {
  ...COMMON,
  yes_url: maybeText('The link of "yes, this was me"; to be used once.'),
  no_url: maybeText('The link of "no"; to be used once.'),
} as const satisfies Fields;

const schemaOf = (properties: Fields): PayloadSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

/** Of the workflow for the team. `config/novu/security-alert.schema.json` is this. */
export const SECURITY_ALERT_SCHEMA: PayloadSchema = schemaOf(TEAM);

/** Of the workflow for users. `config/novu/was-this-you.schema.json` is this. */
export const WAS_THIS_YOU_SCHEMA: PayloadSchema = schemaOf(USER);
