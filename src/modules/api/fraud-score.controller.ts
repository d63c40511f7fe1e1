import { Controller, Get, Header, Headers, Req, ServiceUnavailableException, UseGuards } from '@nestjs/common';
import { ClientIpResolver } from '../../common/ip/client-ip.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import { ScreeningService } from '../screening/screening.service.js';
import type { ApiRequest } from './api-callers.js';
import { ApiPolicies } from './api-policies.js';
import { ApiThrottlerGuard } from './api-throttler.guard.js';

/** Bands of the IPstack article; "the thresholds are the team's", these are its defaults here. */
const MODERATE_FROM = 30;
const HIGH_FROM = 60;

/** Answers about its caller only, so it needs no key. */
@Controller('v1/fraud-score')
@UseGuards(ApiThrottlerGuard)
export class FraudScoreController {
  constructor(
    private readonly screening: ScreeningService,
    private readonly policies: ApiPolicies,
    private readonly clientIp: ClientIpResolver,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Header('vary', 'accept')
  async fraudScore(@Req() request: ApiRequest, @Headers('accept') accept = ''): Promise<unknown> {
    const client = this.clientIp.resolve(request.socket?.remoteAddress, request.headers);
    const route = { policy: this.policies.named(undefined), route: 'GET /v1/fraud-score' };
    const decision = await this.screening.screenClient(client, route);
    const fraudScore = bandOf(decision);
    if (accept.includes('application/json')) {
      return {
        ip_address: decision.assessment?.ip ?? null,
        fraud_score: fraudScore ?? null,
        score: decision.score ?? null,
        action: decision.action,
      };
    }
    if (fraudScore === undefined) {
      throw new ServiceUnavailableException({
        error: 'IP_RISK_UNAVAILABLE',
        message: 'There is no verdict now. Try again.',
      });
    }
    return fraudScore;
  }
}

/** `undefined` without a verdict. An internal address has no reputation to be bad. */
function bandOf({ score, cause }: RiskDecision): 'High' | 'Moderate' | 'Low' | undefined {
  if (cause === 'not-applicable') return 'Low';
  if (score === undefined) return undefined;
  if (score >= HIGH_FROM) return 'High';
  return score >= MODERATE_FROM ? 'Moderate' : 'Low';
}
