import { ALERT_KINDS, ALERT_STATES } from '../../alerting/alert.js';
import { isAlertCursor } from '../../alerting/outbox/alert-list.js';
import { anyOf, anyUser, cursorBy } from '../filter-parameters.js';
import { wholeNumber } from '../query-parameters.js';

/** Parameters of `GET /v1/alerts`; described for callers in config/openapi.yaml. */
export const ALERTS_PARAMETERS = {
  state: anyOf(ALERT_STATES),
  kind: anyOf(ALERT_KINDS),
  user_id: anyUser,
  limit: wholeNumber(1, 200, 50),
  cursor: cursorBy((text) => (isAlertCursor(text) ? text : undefined)),
};
