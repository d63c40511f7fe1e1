import { Inject, Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { ApiKeys } from '../../common/config/api-keys.js';
import { API_OPTIONS, type ApiModuleOptions } from './api.module-definition.js';

/** What a caller without a good key is told. */
export const UNAUTHORIZED = { error: 'Unauthorized', message: 'Invalid or missing API key' } as const;

/** Asks for `X-Api-Key` once keys are configured. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly keys: ApiKeys;

  constructor(@Inject(API_OPTIONS) { apiKeys }: ApiModuleOptions) {
    this.keys = apiKeys;
  }

  canActivate(context: ExecutionContext): true {
    if (!this.keys.isRequired) return true;
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | string[] | undefined> }>();
    const key = headers['x-api-key'];
    if (!this.keys.has(typeof key === 'string' ? key : '')) {
      throw new UnauthorizedException(UNAUTHORIZED);
    }
    return true;
  }
}
