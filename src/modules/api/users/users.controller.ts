import { Controller, Delete, Get, Header, Param, Query, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { UserAnomalies } from '../../geo-velocity/anomalies/user-anomalies.js';
import { UserErasure } from '../../alerting/account/user-erasure.js';
import { GeoVelocityService } from '../../geo-velocity/geo-velocity.service.js';
import { UserJourneys } from '../../geo-velocity/journey/user-journeys.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { ApiThrottlerGuard } from '../api-throttler.guard.js';
import { WITHOUT_BODY } from '../bodyless-route.js';
import { toJourneyResponse } from '../journey.response.js';
import { readQuery, wholeNumber, type QueryText } from '../query-parameters.js';
import { toFindingResponse } from '../travel.response.js';
import { toAnomaliesResponse } from './anomalies.response.js';
import { USER_ID } from './user-id.pipe.js';

/** Parameters of `GET /v1/users/{id}/journey`; described for callers in config/openapi.yaml. */
export const JOURNEY_PARAMETERS = { days: wholeNumber(1, 366, 30) };

/** What is known of one user's logins, and forgetting it. */
@Controller('v1/users/:id')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class UsersController {
  constructor(
    private readonly geoVelocity: GeoVelocityService,
    private readonly erasure: UserErasure,
    private readonly journeys: UserJourneys,
    private readonly anomalies: UserAnomalies,
  ) {}

  @Get('journey')
  @Header('cache-control', 'no-store')
  async journey(@Param('id', USER_ID) id: string, @Query() query: QueryText): Promise<Record<string, unknown>> {
    const { days } = readQuery(query, JOURNEY_PARAMETERS);
    return toJourneyResponse(await this.journeys.of(id, days));
  }

  @Get('anomalies')
  @Header('cache-control', 'no-store')
  async anomalous(@Param('id', USER_ID) id: string, @Query() query: QueryText): Promise<Record<string, unknown>> {
    readQuery(query, {});
    return toAnomaliesResponse(await this.anomalies.of(id));
  }

  @Get('impossible-travel')
  @Header('cache-control', 'no-store')
  async impossibleTravel(
    @Param('id', USER_ID) id: string,
    @Query() query: QueryText,
  ): Promise<Record<string, unknown>> {
    readQuery(query, {});
    const findings = await this.geoVelocity.findings(id);
    return { findings: findings.map(toFindingResponse) };
  }

  @Delete()
  @Header('cache-control', 'no-store')
  @RouteConfig(WITHOUT_BODY)
  async erase(@Param('id', USER_ID) id: string): Promise<Record<string, unknown>> {
    const { logins, trust, decisions, alerts } = await this.erasure.erase(id);
    return { erased: { logins, trust, decisions, alerts } };
  }
}
