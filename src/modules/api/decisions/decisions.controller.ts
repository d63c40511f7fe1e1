import { Controller, Get, Header, NotFoundException, Param, Query, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { DecisionReader } from '../../decisions/reading/decision-reader.js';
import { ADMITTED_BEFORE_BODY, type AdmittedBeforeBody } from '../admission-before-body.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { ApiThrottlerGuard } from '../api-throttler.guard.js';
import { writePageCursor } from '../page-cursor.js';
import { readQuery, type QueryText } from '../query-parameters.js';
import { toDecisionDetail } from './decision-detail.response.js';
import { DECISIONS_PARAMETERS, decisionFilter } from './decision-parameters.js';
import { toDecisionSummary } from './decision-summary.response.js';

/** What few decisions match is looked for in all of them: as many requests as the dearest others. */
const SEARCH: AdmittedBeforeBody = { ...ADMITTED_BEFORE_BODY, requests: 10 };

const DECISION_ID = /^[a-z][a-z0-9]{23}$/;

/** What was decided, and why. */
@Controller('v1/decisions')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class DecisionsController {
  constructor(private readonly reader: DecisionReader) {}

  @Get()
  @Header('cache-control', 'no-store')
  @RouteConfig(SEARCH)
  async list(@Query() query: QueryText): Promise<Record<string, unknown>> {
    const { decisions, next } = await this.reader.list(decisionFilter(readQuery(query, DECISIONS_PARAMETERS)));
    return { decisions: decisions.map(toDecisionSummary), next_cursor: writePageCursor(next) };
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async one(@Param('id') id: string, @Query() query: QueryText): Promise<Record<string, unknown>> {
    readQuery(query, {});
    const decision = DECISION_ID.test(id) ? await this.reader.find(id) : undefined;
    if (decision !== undefined) return toDecisionDetail(decision);
    const message = 'There is no decision with this id on record; it may not be written yet, or be deleted since.';
    throw new NotFoundException({ error: 'Not Found', message });
  }
}
