import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { parseIpAddress } from '../../../common/ip/ip-address.js';
import { TravelTrust } from '../../geo-velocity/trust/travel-trust.js';
import { ADMITTED_BEFORE_BODY } from '../admission-before-body.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { ApiThrottlerGuard } from '../api-throttler.guard.js';
import { WITHOUT_BODY } from '../bodyless-route.js';
import { readInstant } from '../instant.js';
import { INVALID_IP_ADDRESS, invalidRequest } from '../invalid-request.js';
import { readQuery, type QueryText } from '../query-parameters.js';
import { ChallengeDto } from './challenge.dto.js';
import { TravelPlanDto } from './travel-plan.dto.js';
import { toTravelPlanResponse } from './travel-plan.response.js';
import { USER_ID } from './user-id.pipe.js';

/** What takes weight from a user's travel: challenges passed, and trips that the user spoke of beforehand. */
@Controller('v1/users/:id')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class UserTrustController {
  constructor(private readonly trust: TravelTrust) {}

  /** A failed challenge teaches nothing: a stranger fails it, and so does who has lost his phone. */
  @Post('challenges')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @RouteConfig(ADMITTED_BEFORE_BODY)
  async challenged(@Param('id', USER_ID) id: string, @Body() body: ChallengeDto): Promise<Record<string, unknown>> {
    const address = parseIpAddress(body.ip_address);
    if (address === undefined) throw new BadRequestException(INVALID_IP_ADDRESS);
    const { outcome } = body;
    if (outcome === 'failed') return { outcome, learned: false };
    await this.trust.passedChallenge(id, address.text);
    return { outcome, learned: true };
  }

  @Post('travel-plans')
  @Header('cache-control', 'no-store')
  @RouteConfig(ADMITTED_BEFORE_BODY)
  async announce(@Param('id', USER_ID) id: string, @Body() body: TravelPlanDto): Promise<Record<string, unknown>> {
    const [from, until] = [readInstant(body.from), readInstant(body.until)];
    if (until === undefined) throw invalidRequest('until must be an instant.');
    const plan = { country: body.country.toUpperCase(), ...(from === undefined ? {} : { from }), until };
    return toTravelPlanResponse(await this.trust.announce(id, plan));
  }

  @Get('travel-plans')
  @Header('cache-control', 'no-store')
  async announced(@Param('id', USER_ID) id: string, @Query() query: QueryText): Promise<Record<string, unknown>> {
    readQuery(query, {});
    return { travel_plans: (await this.trust.announced(id)).map(toTravelPlanResponse) };
  }

  @Delete('travel-plans/:plan_id')
  @Header('cache-control', 'no-store')
  @RouteConfig(WITHOUT_BODY)
  async withdraw(
    @Param('id', USER_ID) id: string,
    @Param('plan_id') planId: string,
  ): Promise<{ readonly withdrawn: true }> {
    if (await this.trust.withdraw(id, planId)) return { withdrawn: true };
    throw new NotFoundException({ error: 'Not Found', message: 'The user has no such travel plan.' });
  }
}
