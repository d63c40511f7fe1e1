import { Controller, Delete, Get, Header, Param, Query, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { AccountReports } from '../../alerting/account/account-reports.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { ApiThrottlerGuard } from '../api-throttler.guard.js';
import { WITHOUT_BODY } from '../bodyless-route.js';
import { pageCursor, writePageCursor } from '../page-cursor.js';
import { readQuery, wholeNumber, type QueryText } from '../query-parameters.js';
import { USER_ID } from '../users/user-id.pipe.js';
import { toAccountHoldResponse, toAccountReportResponse } from './account-report.response.js';

/** Parameters of `GET /v1/users/{id}/reports`; described for callers in config/openapi.yaml. */
export const REPORTS_PARAMETERS = { limit: wholeNumber(1, 200, 50), cursor: pageCursor };

/** For the team: what a user answered to "was this you?", and letting the user in again. */
@Controller('v1/users/:id')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class UserReportsController {
  constructor(private readonly reports: AccountReports) {}

  @Get('reports')
  @Header('cache-control', 'no-store')
  async reported(@Param('id', USER_ID) id: string, @Query() query: QueryText): Promise<Record<string, unknown>> {
    const { limit, cursor } = readQuery(query, REPORTS_PARAMETERS);
    const { reports, next } = await this.reports.listReports({ userId: id, before: cursor, limit });
    return {
      holds: (await this.reports.holdsOf(id)).map(toAccountHoldResponse),
      reports: reports.map(toAccountReportResponse),
      next_cursor: writePageCursor(next),
    };
  }

  @Delete('hold')
  @Header('cache-control', 'no-store')
  @RouteConfig(WITHOUT_BODY)
  async release(@Param('id', USER_ID) id: string): Promise<{ readonly released: number }> {
    return { released: await this.reports.release(id) };
  }
}
