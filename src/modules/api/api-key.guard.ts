import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Admission, type ApiReply } from './admission.js';
import type { ApiRequest } from './api-callers.js';

/** Asks for `X-Api-Key` once keys are configured, unless that was done before the body. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly admission: Admission) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    await this.admission.authenticate(http.getRequest<ApiRequest>(), http.getResponse<ApiReply>());
    return true;
  }
}
