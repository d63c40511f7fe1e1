import { Controller, Get, Header, Inject, Query, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { CLOCK, type Clock } from '../../../common/clock/clock.js';
import { FleetTravel } from '../../geo-velocity/fleet/fleet-travel.js';
import { UserJourneys } from '../../geo-velocity/journey/user-journeys.js';
import { ADMITTED_BEFORE_BODY, type AdmittedBeforeBody } from '../admission-before-body.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { ApiThrottlerGuard } from '../api-throttler.guard.js';
import { readQuery, type QueryText } from '../query-parameters.js';
import {
  FLEET_JOURNEYS_PARAMETERS,
  fleetWindow,
  HOSTING_LOGINS_PARAMETERS,
  IMPOSSIBLE_TRAVEL_PARAMETERS,
  TRAVELLERS_PARAMETERS,
} from './fleet-parameters.js';
import {
  toFleetJourneyResponse,
  toHostingResponse,
  toTravellerResponse,
  toTripResponse,
  toWindowResponse,
} from './fleet.response.js';

/** Each reads all logins of its window: as many requests as the dearest others. */
const FLEET: AdmittedBeforeBody = { ...ADMITTED_BEFORE_BODY, requests: 10 };

/** What the logins of all users show, over a window of time. */
@Controller('v1/analytics')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class FleetController {
  constructor(
    private readonly fleet: FleetTravel,
    private readonly journeys: UserJourneys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('impossible-travel')
  @Header('cache-control', 'no-store')
  @RouteConfig(FLEET)
  async impossibleTravel(@Query() query: QueryText): Promise<Record<string, unknown>> {
    const { rule, ...asked } = readQuery(query, IMPOSSIBLE_TRAVEL_PARAMETERS);
    const window = fleetWindow(asked, this.clock.now());
    const { trips, isComplete } = await this.fleet.impossibleTravel({ ...window, rule });
    return { ...toWindowResponse(window, isComplete), rule, trips: trips.map(toTripResponse) };
  }

  @Get('hosting-logins')
  @Header('cache-control', 'no-store')
  @RouteConfig(FLEET)
  async hostingLogins(@Query() query: QueryText): Promise<Record<string, unknown>> {
    const window = fleetWindow(readQuery(query, HOSTING_LOGINS_PARAMETERS), this.clock.now());
    const report = await this.fleet.hostingLogins(window);
    return { ...toWindowResponse(window, report.isComplete), ...toHostingResponse(report) };
  }

  @Get('travellers')
  @Header('cache-control', 'no-store')
  @RouteConfig(FLEET)
  async travellers(@Query() query: QueryText): Promise<Record<string, unknown>> {
    const { min_countries: minCountries, ...asked } = readQuery(query, TRAVELLERS_PARAMETERS);
    const window = fleetWindow(asked, this.clock.now());
    const { travellers, isComplete } = await this.fleet.travellers({ ...window, minCountries });
    return { ...toWindowResponse(window, isComplete), travellers: travellers.map(toTravellerResponse) };
  }

  @Get('journeys')
  @Header('cache-control', 'no-store')
  @RouteConfig(FLEET)
  async allJourneys(@Query() query: QueryText): Promise<Record<string, unknown>> {
    const { days, min_logins: minLogins, limit } = readQuery(query, FLEET_JOURNEYS_PARAMETERS);
    const { journeys, isComplete } = await this.journeys.all({ days, minLogins, limit });
    return { window_days: days, complete: isComplete, journeys: journeys.map(toFleetJourneyResponse) };
  }
}
