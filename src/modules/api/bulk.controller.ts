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
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiPolicies } from './api-policies.js';
import { API_OPTIONS, type ApiModuleOptions } from './api.module-definition.js';
import { bulkAnswer, JSON_ARRAY, JSON_LINES, type BulkOrder } from './bulk-answer.js';
import { BULK_RETRY_AFTER_SECONDS, BulkLane } from './bulk-lane.js';
import { BULK_BODY_BYTES, readBulkRequest } from './bulk-request.js';

/** Milliseconds after which a caller who takes nothing more of the answer is gone: it would hold its place for ever. */
const STALLED_MS = 60_000;

interface BulkReply {
  header(name: string, value: string): unknown;
  readonly raw: ServerResponse;
}

/** Scores lists of addresses. The answer is written while it is made. */
@Controller('v1/ips/risk/bulk')
@UseGuards(ApiKeyGuard)
export class BulkController {
  private readonly logger = new Logger('Api');

  constructor(
    private readonly assessments: AssessmentService,
    private readonly policies: ApiPolicies,
    private readonly lane: BulkLane,
    @Inject(API_OPTIONS) private readonly options: ApiModuleOptions,
  ) {}

  /** Everything that can be wrong with the request is said before the first byte of the answer. */
  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Header('vary', 'accept')
  @RouteConfig({ bodyLimit: BULK_BODY_BYTES })
  score(
    @Req() request: { readonly body?: unknown },
    @Res({ passthrough: true }) reply: BulkReply,
    @Headers('accept') accept = '',
  ): StreamableFile {
    const { ips, policy: name } = readBulkRequest(request.body);
    const policy = this.policies.named(name);
    const format = accept.includes(JSON_LINES.type) ? JSON_LINES : JSON_ARRAY;
    const { escalationBand = DEFAULT_ESCALATION_BAND } = this.options;
    const leave = this.enter(reply);
    const gone = new AbortController();
    const order = { ips, policy, escalationBand, format, signal: gone.signal };
    const answer = Readable.from(this.answer(order, reply), { objectMode: false });
    // At once: the stream itself is closed only after the lookups that are under way.
    reply.raw.once('close', () => {
      gone.abort();
    });
    // Not in the generator, whose code never runs where the caller goes away before the first piece.
    answer.once('close', leave);
    answer.once('error', (error) => {
      this.logger.error(error.stack);
    });
    return new StreamableFile(answer, { type: format.type });
  }

  private enter(reply: BulkReply): () => void {
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
