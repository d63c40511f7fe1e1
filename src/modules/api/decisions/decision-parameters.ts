import { readDecisionCursor, type DecisionCursor } from '../../decisions/reading/decision-cursor.js';
import type { DecisionFilter } from '../../decisions/reading/decision-reader.js';
import type { RiskAction } from '../../policy/risk-decision.js';
import type { RiskLevel } from '../../scoring/risk-level.js';
import { anyAddress, anyName, anyOf, anyUser, cursorBy } from '../filter-parameters.js';
import { INSTANT_FORM } from '../instant.js';
import { invalidRequest } from '../invalid-request.js';
import { instant, wholeNumber, type ParameterReader } from '../query-parameters.js';

const ACTIONS: readonly RiskAction[] = ['allow', 'monitor', 'challenge', 'block', 'review'];
const LEVELS: readonly RiskLevel[] = ['low', 'medium', 'high', 'critical'];

/** Milliseconds since 1970 of the years 1 to 9999: what both a `Date` and Postgres can write. */
const [FIRST_MS, END_MS] = [Date.parse('0001-01-01T00:00:00Z'), Date.UTC(10_000, 0)];

const isStorable = (ms: number): boolean => ms >= FIRST_MS && ms < END_MS;

const storableInstant: ParameterReader<number | undefined> = (text, name) => {
  const ms = instant(text, name);
  if (ms === undefined || isStorable(ms)) return ms;
  throw invalidRequest(`${name} must be ${INSTANT_FORM}, of the years 1 to 9999.`);
};

function cursorOf(text: string): DecisionCursor | undefined {
  const cursor = readDecisionCursor(text);
  return cursor !== undefined && isStorable(cursor.at) ? cursor : undefined;
}

/** Parameters of `GET /v1/decisions`; described for callers in config/openapi.yaml. */
export const DECISIONS_PARAMETERS = {
  action: anyOf(ACTIONS),
  policy: anyName,
  level: anyOf(LEVELS),
  user_id: anyUser,
  ip_address: anyAddress,
  since: storableInstant,
  until: storableInstant,
  limit: wholeNumber(1, 200, 50),
  cursor: cursorBy(cursorOf),
};

type Asked = { readonly [Name in keyof typeof DECISIONS_PARAMETERS]: ReturnType<(typeof DECISIONS_PARAMETERS)[Name]> };

/** @throws BadRequestException for a span of time that is none. */
export function decisionFilter({ user_id: subject, ip_address: ip, ...asked }: Asked): DecisionFilter {
  const { since, until } = asked;
  if (since !== undefined && until !== undefined && since >= until) throw invalidRequest('since must be before until.');
  return { ...asked, subject, ip };
}
