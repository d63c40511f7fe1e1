import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  Controller,
  Header,
  Headers,
  HttpCode,
  Inject,
  Logger,
  Post,
  Req,
  Res,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { AssessmentService } from '../assessment/assessment.service.js';
import { DEFAULT_ESCALATION_BAND } from '../policy/threshold-doubt.js';
import { ADMITTED_BEFORE_BODY } from './admission-before-body.js';
import { Admission, type ApiReply } from './admission.js';
import type { ApiRequest } from './api-callers.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiPolicies } from './api-policies.js';
import { ApiThrottlerGuard } from './api-throttler.guard.js';
import { API_OPTIONS, type ApiModuleOptions } from './api.module-definition.js';
import { bulkAnswer, JSON_ARRAY, JSON_LINES, type BulkOrder } from './bulk-answer.js';
import { BULK_RETRY_AFTER_SECONDS, BulkLane } from './bulk-lane.js';
import { BULK_BODY_BYTES, readBulkRequest, requestsIn } from './bulk-request.js';

/** Milliseconds after which a caller who takes nothing more of the answer is gone: it would hold its place for ever. */
const STALLED_MS = 60_000;

interface BulkReply extends ApiReply {
  readonly raw: ServerResponse;
}

/** Scores lists of addresses. The answer is written while it is made. */
@Controller('v1/ips/risk/bulk')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class BulkController {
  private readonly logger = new Logger('Api');

  constructor(
    private readonly assessments: AssessmentService,
    private readonly policies: ApiPolicies,
    private readonly lane: BulkLane,
    private readonly admission: Admission,
    @Inject(API_OPTIONS) private readonly options: ApiModuleOptions,
  ) {}

  /** Everything that can be wrong with the request is said before the first byte of the answer. */
  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Header('vary', 'accept')
  @RouteConfig({ ...ADMITTED_BEFORE_BODY, bodyLimit: BULK_BODY_BYTES })
  async score(
    @Req() request: ApiRequest & { readonly body?: unknown },
    @Res({ passthrough: true }) reply: BulkReply,
    @Headers('accept') accept = '',
  ): Promise<StreamableFile> {
    const { ips, policy: name } = readBulkRequest(request.body);
    const policy = this.policies.named(name);
    const format = accept.includes(JSON_LINES.type) ? JSON_LINES : JSON_ARRAY;
    const { escalationBand = DEFAULT_ESCALATION_BAND } = this.options;
    const gone = new AbortController();
    // At once: the stream itself is closed only after the lookups that are under way.
    reply.raw.once('close', () => {
      gone.abort();
    });
    const leave = await this.enter(request, reply, ips.length);
    const order = { ips, policy, escalationBand, format, signal: gone.signal };
    const answer = Readable.from(this.answer(order, reply), { objectMode: false });
    // Not in the generator, whose code never runs where the caller goes away before the first piece.
    answer.once('close', leave);
    answer.once('error', (error) => {
      this.logger.error(error.stack);
    });
    return new StreamableFile(answer, { type: format.type });
  }

  /** The place first: who finds none has not spent its limit on it. */
  private async enter(request: ApiRequest, reply: BulkReply, addresses: number): Promise<() => void> {
    const leave = this.enterLane(reply);
    try {
      await this.admission.count(request, reply, requestsIn(addresses));
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  private enterLane(reply: BulkReply): () => void {
    try {
      return this.lane.enter();
    } catch (error) {
      reply.header('retry-after', String(BULK_RETRY_AFTER_SECONDS));
      throw error;
    }
  }

  private async *answer(order: BulkOrder, { raw }: BulkReply): AsyncGenerator<Buffer, void, undefined> {
    raw.setTimeout(STALLED_MS);
    // Vendors may take seconds for the first item; the caller hears at once that the request is a good one.
    raw.flushHeaders();
    yield* bulkAnswer(this.assessments, order);
  }
}
