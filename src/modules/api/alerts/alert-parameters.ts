import { ALERT_KINDS, ALERT_STATES } from '../../alerting/alert.js';
import { anyOf, anyUser } from '../filter-parameters.js';
import { pageCursor } from '../page-cursor.js';
import { wholeNumber } from '../query-parameters.js';

/** Parameters of `GET /v1/alerts`; described for callers in config/openapi.yaml. */
export const ALERTS_PARAMETERS = {
  state: anyOf(ALERT_STATES),
  kind: anyOf(ALERT_KINDS),
  user_id: anyUser,
  limit: wholeNumber(1, 200, 50),
  cursor: pageCursor,
};
