import type { ReportPlace } from '../../alerting/account/report-store.js';
import { invalidRequest } from '../invalid-request.js';
import type { ParameterReader } from '../query-parameters.js';

const CURSOR = /^(?<answeredAt>\d{1,15})\.(?<alertId>[a-z0-9]{1,64})$/;

export function toReportCursor({ answeredAt, alertId }: ReportPlace): string {
  return `${answeredAt}.${alertId}`;
}

/** The `next_cursor` of the page before. */
export const reportCursor: ParameterReader<ReportPlace | undefined> = (text, name) => {
  if (text === undefined) return undefined;
  const { answeredAt, alertId } = CURSOR.exec(text)?.groups ?? {};
  if (answeredAt !== undefined && alertId !== undefined) return { answeredAt: Number(answeredAt), alertId };
  throw invalidRequest(`${name} must be the next_cursor of an answer.`);
};
