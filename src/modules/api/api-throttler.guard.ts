import { Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import { Admission, type ApiReply } from './admission.js';
import type { ApiRequest } from './api-callers.js';

/** Counts the request, unless that was done before the body. Stands after {@link ApiKeyGuard} where a key is asked for. */
@Injectable()
export class ApiThrottlerGuard extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    @Inject(Admission) private readonly admission: Admission,
  ) {
    super(options, storage, reflector);
  }

  /** Who is counted, what a request costs and which headers say so differ from what comes along. */
  protected override async handleRequest({ context }: ThrottlerRequest): Promise<true> {
    const http = context.switchToHttp();
    await this.admission.count(http.getRequest<ApiRequest>(), http.getResponse<ApiReply>());
    return true;
  }
}
