import { isoText } from '../../../common/clock/iso-text.js';
import type { Alert, AlertFacts } from '../../alerting/alert.js';
import type { AlertPayload } from './alert-payload.js';
import { alertTitle } from './alert-title.js';
import { plainText } from './plain-text.js';

export interface PayloadContext {
  /** Where people reach this service; `undefined` where it has no address, and there are no links then. */
  readonly publicUrl: string | undefined;
  /** The signed links of "was this you?". Only the user whom the alert is about is given them. */
  readonly links: { readonly yesUrl: string; readonly noUrl: string } | undefined;
}

const MOST_REASONS = 20;
/** The longest texts that are sent, in characters. */
const CODE = 64;
const NAME = 128;
const USER = 256;
const SENTENCE = 500;

/** What is sent of an alert. Pure. */
export function buildPayload(alert: Alert, { publicUrl, links }: PayloadContext): AlertPayload {
  const { facts } = alert;
  const isForUser = alert.audience === 'user';
  const isAsked = isForUser && facts.eventId !== undefined;
  return {
    alert_id: alert.id,
    kind: alert.kind,
    severity: alert.severity,
    title: alertTitle(alert),
    ip: textOf(facts.ip, CODE),
    country: textOf(facts.country, CODE),
    city: textOf(facts.city, NAME),
    asn: facts.asn ?? null,
    user: textOf(facts.user, USER),
    first_seen: isoText(alert.firstAt),
    last_seen: isoText(alert.lastAt),
    count: alert.count,
    suppressed: alert.suppressed,
    ...(isForUser ? NOT_FOR_USERS : forTheTeam(facts, publicUrl)),
    yes_url: isAsked ? (links?.yesUrl ?? null) : null,
    no_url: isAsked ? (links?.noUrl ?? null) : null,
  };
}

type TeamPart = Pick<
  AlertPayload,
  'score' | 'level' | 'reasons' | 'route' | 'policy' | 'mode' | 'action' | 'provider' | 'detail' | 'decision_url'
>;

/** How somebody was judged. A user who is told could be the attacker. */
const NOT_FOR_USERS: TeamPart = {
  score: null,
  level: null,
  reasons: [],
  route: null,
  policy: null,
  mode: null,
  action: null,
  provider: null,
  detail: null,
  decision_url: null,
};

function forTheTeam(facts: AlertFacts, publicUrl: string | undefined): TeamPart {
  return {
    score: facts.score ?? null,
    level: facts.level ?? null,
    reasons: facts.reasons.slice(0, MOST_REASONS).map(({ code, points, detail }) => ({
      code: plainText(code, CODE),
      points,
      detail: textOf(detail, SENTENCE),
    })),
    route: textOf(facts.route, NAME),
    policy: textOf(facts.policy, NAME),
    mode: facts.mode ?? null,
    action: textOf(facts.action, CODE),
    provider: textOf(facts.provider, NAME),
    detail: textOf(facts.detail, SENTENCE),
    decision_url: decisionUrl(publicUrl, facts.decisionId),
  };
}

function decisionUrl(publicUrl: string | undefined, id: string | undefined): string | null {
  if (publicUrl === undefined || id === undefined) return null;
  return `${publicUrl.replace(/\/+$/, '')}/v1/decisions/${encodeURIComponent(id)}`;
}

function textOf(text: string | undefined, mostCharacters: number): string | null {
  return text === undefined ? null : plainText(text, mostCharacters);
}
