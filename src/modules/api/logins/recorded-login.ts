import { ServiceUnavailableException } from '@nestjs/common';
import type { LoginReport } from '../../geo-velocity/geo-velocity.js';
import { RECORD_MISSING, TRAVEL_MISSING } from '../../policy/decide.js';
import type { RiskDecision } from '../../policy/risk-decision.js';

/** Where decisions have to be on record, one that is not is none to act on. */
const DECISION_NOT_RECORDED = {
  error: 'DECISION_NOT_RECORDED',
  message:
    'The login is recorded, but the database did not say in time that the decision on it is. Send it again: with the same event_id the login is recorded once.',
} as const;

/**
 * What became of a login that was to be recorded.
 *
 * @throws ServiceUnavailableException where it is not known to be stored, or its decision is not where that has to be.
 */
export function recordedLogin({ travel, degraded }: Pick<RiskDecision, 'travel' | 'degraded'>): LoginReport {
  if (travel === undefined || !('login' in travel)) {
    const message = degraded.includes(TRAVEL_MISSING)
      ? 'The database did not answer, so it is not known whether the login is recorded. Send it again: with the same event_id it is recorded once.'
      : 'No database is configured, so logins are not recorded; set DATABASE_URL of the service.';
    throw new ServiceUnavailableException({ error: 'LOGIN_NOT_RECORDED', message });
  }
  if (degraded.includes(RECORD_MISSING)) throw new ServiceUnavailableException(DECISION_NOT_RECORDED);
  return travel;
}
