import type { AccountHold, AccountReport } from '../../alerting/account/account-report.js';
import { isoInstant } from '../instant.js';

/** What a user answered to "was this you?", in snake_case JSON. */
export function toAccountReportResponse(report: AccountReport): Record<string, unknown> {
  return {
    alert_id: report.alertId,
    answer: report.answer,
    answered_at: isoInstant(report.answeredAt),
    country: report.country ?? null,
    trusted_until: report.trustedUntil === undefined ? null : isoInstant(report.trustedUntil),
    released_at: report.releasedAt === undefined ? null : isoInstant(report.releasedAt),
  };
}

export function toAccountHoldResponse({ alertId, since }: AccountHold): Record<string, unknown> {
  return { alert_id: alertId, since: isoInstant(since) };
}
