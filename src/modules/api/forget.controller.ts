import { BadRequestException, Controller, Delete, Header, Param, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { parseIpAddress } from '../../common/ip/ip-address.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import type { AdmittedBeforeBody } from './admission-before-body.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiThrottlerGuard } from './api-throttler.guard.js';
import { WITHOUT_BODY } from './bodyless-route.js';
import { INVALID_IP_ADDRESS } from './invalid-request.js';

/** Requests that one is counted as: it has the next request, anybody's, pay for a lookup again. */
const FORGET_REQUESTS = 10;

const ROUTE: typeof WITHOUT_BODY & AdmittedBeforeBody = { ...WITHOUT_BODY, requests: FORGET_REQUESTS };

/** Forgets verdicts, such as one that a vendor has corrected since. */
@Controller('v1/ips')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class ForgetController {
  constructor(private readonly assessments: AssessmentService) {}

  /** `everywhere` is false where other processes could not be told: what they know ends with its time. */
  @Delete(':ip')
  @Header('cache-control', 'no-store')
  @RouteConfig(ROUTE)
  async forget(@Param('ip') text: string): Promise<{ ip_address: string; everywhere: boolean }> {
    const address = parseIpAddress(text);
    if (address === undefined) throw new BadRequestException(INVALID_IP_ADDRESS);
    return { ip_address: address.text, everywhere: await this.assessments.forget(address) };
  }
}
