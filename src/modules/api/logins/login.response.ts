import type { LoginReport } from '../../geo-velocity/geo-velocity.js';
import { toPlaceInTime, toRecordedTravelResponse } from '../travel.response.js';

/** A recorded login in snake_case JSON; unknown is `null`. */
export function toLoginResponse(report: LoginReport): Record<string, unknown> {
  const { login, isDuplicate } = report;
  return {
    recorded: true,
    duplicate: isDuplicate,
    event_id: login.eventId,
    login: { ...toPlaceInTime(login), network: login.network, asn: login.asn ?? null },
    travel: toRecordedTravelResponse(report),
  };
}
