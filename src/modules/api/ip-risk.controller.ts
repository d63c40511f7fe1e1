import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  Inject,
  Post,
  ServiceUnavailableException,
  UseGuards,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { parseIpAddress } from '../../common/ip/ip-address.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import { ScreeningService } from '../screening/screening.service.js';
import { ADMITTED_BEFORE_BODY } from './admission-before-body.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiPolicies } from './api-policies.js';
import { ApiThrottlerGuard } from './api-throttler.guard.js';
import { toAssessmentResponse, toDecisionResponse } from './assessment.response.js';
import { toBelticResponse } from './beltic.response.js';
import { INVALID_IP_ADDRESS } from './invalid-request.js';
import { ScoreAddressDto } from './score-address.dto.js';
import { toTravelResponse } from './travel.response.js';

const ROUTE = 'POST /v1/ips/risk';

/** Scores an address for applications in any language. */
@Controller('v1/ips')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class IpRiskController {
  constructor(
    private readonly screening: ScreeningService,
    private readonly policies: ApiPolicies,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('risk')
  @HttpCode(200)
  @RouteConfig(ADMITTED_BEFORE_BODY)
  async score(@Body() body: ScoreAddressDto): Promise<Record<string, unknown>> {
    const policy = this.policies.named(body.policy);
    const address = parseIpAddress(body.ip_address);
    if (address === undefined) throw new BadRequestException(INVALID_IP_ADDRESS);
    const context = { claimedCountry: body.claimed_country, subject: body.user_id };
    const decision = await this.screening.screenAddress(address, { policy, route: ROUTE, travel: 'check' }, context);
    return this.toResponse(decision, body.user_agent);
  }

  private toResponse(decision: RiskDecision, userAgent: string | undefined): Record<string, unknown> {
    const { assessment, travel } = decision;
    if (assessment === undefined) throw new ServiceUnavailableException();
    const judged = {
      assessment: toAssessmentResponse(assessment, this.clock.now()),
      decision: toDecisionResponse(decision),
      travel: travel === undefined ? null : toTravelResponse(travel),
    };
    if (assessment.status !== 'unavailable') return { ...toBelticResponse(assessment, userAgent), ...judged };
    // A client that reads only fraud_score would take a missing one for a low one; a 503 is what it treats as an outage.
    const message =
      'No provider answered, so there is no score. See assessment.failures; decision tells what the policy does.';
    throw new ServiceUnavailableException({ error: 'IP_RISK_UNAVAILABLE', message, ...judged });
  }
}
