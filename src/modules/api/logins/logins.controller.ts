import { BadRequestException, Body, Controller, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { parseIpAddress } from '../../../common/ip/ip-address.js';
import { assertEventId } from '../../geo-velocity/logins/event-id.js';
import { assertUserId } from '../../geo-velocity/logins/user-id.js';
import { ScreeningService } from '../../screening/screening.service.js';
import { ADMITTED_BEFORE_BODY } from '../admission-before-body.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { ApiPolicies } from '../api-policies.js';
import { ApiThrottlerGuard } from '../api-throttler.guard.js';
import { toDecisionResponse } from '../assessment.response.js';
import { readInstant } from '../instant.js';
import { INVALID_IP_ADDRESS } from '../invalid-request.js';
import { toLoginResponse } from './login.response.js';
import { RecordLoginDto } from './record-login.dto.js';
import { recordedLogin } from './recorded-login.js';

const ROUTE = 'POST /v1/logins';

/**
 * Milliseconds. Far longer than a guarded request waits: the first login may have to wait until its database is created,
 * which takes a busy machine that long. A Postgres that says nothing is given up before.
 */
const RECORD_WITHIN_MS = 30_000;

/** Records that a user logged in, and says what that tells of the user's travel. */
@Controller('v1/logins')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class LoginsController {
  constructor(
    private readonly screening: ScreeningService,
    private readonly policies: ApiPolicies,
  ) {}

  /** A 200 is given for a login that is stored, and for no other; where decisions have to be on record, so is this one. */
  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @RouteConfig(ADMITTED_BEFORE_BODY)
  async record(@Body() body: RecordLoginDto): Promise<Record<string, unknown>> {
    const policy = this.policies.named(body.policy ?? undefined);
    const address = parseIpAddress(body.ip_address);
    if (address === undefined) throw new BadRequestException(INVALID_IP_ADDRESS);
    assertUserId(body.user_id);
    const eventId = body.event_id ?? undefined;
    if (eventId !== undefined) assertEventId(eventId);
    const decision = await this.screening.screenAddress(
      address,
      { policy, route: ROUTE, travel: 'record', travelWithinMs: RECORD_WITHIN_MS },
      {
        claimedCountry: body.claimed_country ?? undefined,
        subject: body.user_id,
        login: { ts: readInstant(body.ts), eventId },
      },
    );
    return {
      ...toLoginResponse(recordedLogin(decision)),
      score: decision.score ?? null,
      action: decision.action,
      decision: toDecisionResponse(decision),
    };
  }
}
