import type { DecisionFilter } from '../../decisions/reading/decision-reader.js';
import { RISK_ACTIONS } from '../../policy/risk-decision.js';
import { RISK_LEVELS } from '../../scoring/risk-level.js';
import { anyAddress, anyName, anyOf, anyUser } from '../filter-parameters.js';
import { INSTANT_FORM } from '../instant.js';
import { invalidRequest } from '../invalid-request.js';
import { pageCursor } from '../page-cursor.js';
import { instant, wholeNumber, type ParameterReader } from '../query-parameters.js';

/** Milliseconds since 1970 of the years 1 to 9999: what both a `Date` and Postgres can write. */
const [FIRST_MS, END_MS] = [Date.parse('0001-01-01T00:00:00Z'), Date.UTC(10_000, 0)];

const isStorable = (ms: number): boolean => ms >= FIRST_MS && ms < END_MS;

const storableInstant: ParameterReader<number | undefined> = (text, name) => {
  const ms = instant(text, name);
  if (ms === undefined || isStorable(ms)) return ms;
  throw invalidRequest(`${name} must be ${INSTANT_FORM}, of the years 1 to 9999.`);
};

/** Parameters of `GET /v1/decisions`; described for callers in config/openapi.yaml. */
export const DECISIONS_PARAMETERS = {
  action: anyOf(RISK_ACTIONS),
  policy: anyName,
  level: anyOf(RISK_LEVELS),
  user_id: anyUser,
  ip_address: anyAddress,
  since: storableInstant,
  until: storableInstant,
  limit: wholeNumber(1, 200, 50),
  cursor: pageCursor,
};

type Asked = { readonly [Name in keyof typeof DECISIONS_PARAMETERS]: ReturnType<(typeof DECISIONS_PARAMETERS)[Name]> };

/** @throws BadRequestException for a span of time that is none. */
export function decisionFilter({ user_id: subject, ip_address: ip, cursor: before, ...asked }: Asked): DecisionFilter {
  const { since, until } = asked;
  if (since !== undefined && until !== undefined && since >= until) throw invalidRequest('since must be before until.');
  return { ...asked, subject, ip, before };
}
