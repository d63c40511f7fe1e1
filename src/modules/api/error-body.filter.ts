import type { IncomingMessage } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InvalidLoginError, StorageError } from '../../common/errors/ip-risk.error.js';
import { invalidRequest } from './invalid-request.js';
import { storageUnavailable } from './storage-unavailable.js';

interface ErrorBody {
  readonly error: string;
  readonly message: string;
}

/** Every error leaves as `{error, message}`. What was not expected says nothing about itself. */
@Catch()
export class ErrorBodyFilter implements ExceptionFilter {
  private readonly logger = new Logger('Api');

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const exception = refusalOf(thrown);
    const { httpAdapter } = this.adapterHost;
    const http = host.switchToHttp();
    const response: unknown = http.getResponse();
    const { status, body } = toError(exception);
    if (!(exception instanceof HttpException) && !isBrokenOff(exception, http.getRequest())) {
      this.logger.error(exception instanceof Error ? exception.stack : 'Something that is not an Error was thrown.');
    }
    httpAdapter.reply(response, body, status);
  }
}

/** What callers are told of errors that are none of ours. */
function refusalOf(thrown: unknown): unknown {
  if (thrown instanceof InvalidLoginError) return invalidRequest(thrown.message);
  return thrown instanceof StorageError ? storageUnavailable(thrown) : thrown;
}

/** Whether the caller went away before his body was there: no error of ours, and anybody could fill the log with it. */
function isBrokenOff(exception: unknown, { raw }: { readonly raw?: IncomingMessage }): boolean {
  return raw?.readableAborted === true && (exception as NodeJS.ErrnoException | undefined)?.code === 'ECONNRESET';
}

function toError(exception: unknown): { readonly status: number; readonly body: ErrorBody } {
  if (!(exception instanceof HttpException)) {
    return { status: 500, body: { error: 'Internal error', message: 'Something went wrong; the log says what.' } };
  }
  const status = exception.getStatus();
  const response = exception.getResponse();
  if (typeof response !== 'string') return { status, body: bodyOf(response, exception.message) };
  // Fastify's own refusals, from before any controller.
  if (status === 415) {
    return { status, body: { error: 'Unsupported media type', message: 'Send the body as application/json.' } };
  }
  // A body that cannot be read is a bad request, however large.
  const isBadBody = status === 400 || status === 413;
  return {
    status: isBadBody ? 400 : status,
    body: { error: isBadBody ? 'Invalid request' : 'Error', message: `${response}.` },
  };
}

function bodyOf(response: object, fallback: string): ErrorBody {
  const { error = fallback, message = fallback, ...rest } = response as Partial<ErrorBody> & { statusCode?: number };
  delete rest.statusCode;
  return { error, message, ...rest };
}
