import { Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import type { ApiKeys } from '../../common/config/api-keys.js';
import { rateLimitHeaders } from '../throttling/rate-limit-headers.js';
import { Throttle, type Allowance, type Caller } from '../throttling/throttle.js';
import { TooManyRequestsException } from '../throttling/too-many-requests.exception.js';
import { ApiCallers, type ApiRequest } from './api-callers.js';
import { API_OPTIONS, type ApiModuleOptions } from './api.module-definition.js';

/** Where the headers of an answer are set. */
export interface ApiReply {
  header(name: string, value: string): unknown;
}

/** What a caller without a good key is told. */
const UNAUTHORIZED = { error: 'Unauthorized', message: 'Invalid or missing API key' } as const;

interface Counted {
  readonly caller: Caller;
  /** Requests that this one was counted as. */
  requests: number;
}

/** Who comes in, and how often. Asks each request once, however many hooks and guards it passes. */
@Injectable()
export class Admission {
  private readonly apiKeys: ApiKeys;
  private readonly holders = new WeakMap<ApiRequest, Caller>();
  private readonly counted = new WeakMap<ApiRequest, Counted>();

  constructor(
    private readonly throttle: Throttle,
    private readonly callers: ApiCallers,
    @Inject(API_OPTIONS) { apiKeys }: ApiModuleOptions,
  ) {
    this.apiKeys = apiKeys;
  }

  /**
   * Asks for `X-Api-Key` once keys are configured. Wrong keys are counted for the network they come from. A right one is
   * always let in: behind one proxy or NAT, whoever sends wrong ones would otherwise lock everybody out.
   *
   * @throws UnauthorizedException without a good key, and TooManyRequestsException after too many of them.
   */
  async authenticate(request: ApiRequest, reply: ApiReply): Promise<void> {
    if (!this.apiKeys.isRequired || this.holders.has(request)) return;
    const header = request.headers['x-api-key'];
    const text = typeof header === 'string' ? header : '';
    const key = this.apiKeys.find(text);
    if (key === undefined) {
      this.answer(await this.throttle.take(this.callers.networkOf(request, 'failed-keys')), reply);
      throw new UnauthorizedException(UNAUTHORIZED);
    }
    this.holders.set(request, this.callers.holderOf(text, key));
  }

  /**
   * Sees to it that the request is counted as so many: by its key where {@link authenticate} found one, otherwise by the
   * client's network. What was counted before is not counted again.
   *
   * @throws TooManyRequestsException when they are more than the caller has left.
   */
  async count(request: ApiRequest, reply: ApiReply, requests = 1): Promise<void> {
    const counted = this.counted.get(request) ?? {
      caller: this.holders.get(request) ?? this.callers.networkOf(request, 'network'),
      requests: 0,
    };
    if (requests <= counted.requests) return;
    this.answer(await this.throttle.take(counted.caller, requests, counted.requests), reply);
    this.counted.set(request, { ...counted, requests });
  }

  private answer(allowance: Allowance | undefined, reply: ApiReply): void {
    if (allowance === undefined) return;
    for (const [name, value] of rateLimitHeaders(allowance)) reply.header(name, value);
    if (allowance.isRefused) throw new TooManyRequestsException(allowance.resetSeconds);
  }
}
