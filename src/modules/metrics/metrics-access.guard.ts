import {
  ForbiddenException,
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { METRICS_OPTIONS, type MetricsModuleOptions, type MetricsRequest } from './metrics-options.js';

const UNAUTHORIZED = { error: 'Unauthorized', message: 'Invalid or missing API key' } as const;
const FORBIDDEN = {
  error: 'Forbidden',
  message: 'Nobody may read metrics here before MetricsModule.forRoot is given `apiKeys` or `authorize`.',
} as const;

const BEARER = /^Bearer +(\S+) *$/i;

/** Metrics tell what a service protects and how often that fails: they are open to nobody by accident. */
@Injectable()
export class MetricsAccessGuard implements CanActivate {
  constructor(@Inject(METRICS_OPTIONS) private readonly options: MetricsModuleOptions) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const { apiKeys, authorize } = this.options;
    if (apiKeys === undefined && authorize === undefined) throw new ForbiddenException(FORBIDDEN);
    const request = context.switchToHttp().getRequest<MetricsRequest>();
    if (apiKeys?.isRequired === true && apiKeys.find(keyIn(request)) === undefined) {
      throw new UnauthorizedException(UNAUTHORIZED);
    }
    if (authorize !== undefined && !(await authorize(request))) throw new ForbiddenException();
    return true;
  }
}

function keyIn({ headers }: MetricsRequest): string {
  const { authorization, 'x-api-key': key } = headers;
  if (typeof key === 'string') return key;
  return typeof authorization === 'string' ? (BEARER.exec(authorization)?.[1] ?? '') : '';
}
