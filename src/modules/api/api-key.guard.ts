import { Inject, Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { API_KEYS, ApiKeys } from './api-keys.js';

/** Asks for `X-Api-Key` once keys are configured. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(@Inject(API_KEYS) private readonly keys: ApiKeys) {}

  canActivate(context: ExecutionContext): true {
    if (!this.keys.isRequired) return true;
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | string[] | undefined> }>();
    const key = headers['x-api-key'];
    if (!this.keys.has(typeof key === 'string' ? key : '')) {
      throw new UnauthorizedException({ error: 'Unauthorized', message: 'Invalid or missing API key' });
    }
    return true;
  }
}
