import type { UserAnomalyReport } from '../../geo-velocity/anomalies/user-anomalies.js';
import { toThousandths } from '../thousandths.js';
import { toPlaceInTime } from '../travel.response.js';

/** A user's logins that stand out, in snake_case JSON. */
export function toAnomaliesResponse({ status, logins, needed, anomalies }: UserAnomalyReport): Record<string, unknown> {
  return {
    status,
    logins,
    needed,
    anomalies: anomalies.map(({ login, index, score }) => ({
      index,
      event_id: login.eventId,
      ...toPlaceInTime(login),
      network: login.network,
      score: toThousandths(score),
    })),
  };
}
