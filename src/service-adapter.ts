import type { ServerResponse } from 'node:http';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { isDeeperThan, MOST_JSON_LEVELS } from './common/json/json-depth.js';

/** The largest body of a route that names no `bodyLimit` in its `@RouteConfig`. The largest sensible one is under 3 KiB. */
const BODY_LIMIT_BYTES = 64 * 1024;

/**
 * Characters of one part of a path, decoded. A user's id has 256 at most, and a longer one is told so: past this limit a
 * part is no route at all.
 */
const PATH_PART_CHARACTERS = 16 * 1024;

const NO_FORMS = { error: 'Unsupported media type', message: 'Send the body as application/json.' };

/** The HTTP server of the service. Client addresses are resolved by our own rules, so Fastify's `trustProxy` stays off. */
export function serviceAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: false,
    routerOptions: { maxParamLength: PATH_PART_CHARACTERS },
    // A body that never ends must not hold a connection, nor the shutdown, for longer.
    requestTimeout: 10_000,
    // A path such as `/%` is refused before any route is looked for, and so before the filter that words other errors.
    frameworkErrors: (_error: unknown, _request: unknown, { raw }: { readonly raw: ServerResponse }) => {
      const body = { error: 'Invalid request', message: 'The URL cannot be read.' };
      raw.writeHead(400, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
    },
  });
  const fastify = adapter.getInstance();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Clients that name the type of every request send no body with this method, and it needs none.
    if (body === '' && request.method === 'DELETE') done(null);
    else if (!isDeeperThan(body, MOST_JSON_LEVELS)) void parseJson(request, body, done);
    else done(new BadRequestException({ error: 'Invalid request', message: 'The body is nested too deep.' }));
  });
  // Any web page may post a form anywhere, so it may say nothing but that a button was pressed, and only where one is.
  fastify.addContentTypeParser('application/x-www-form-urlencoded', ({ headers, routeOptions }, _body, done) => {
    const { takesEmptyForm = false } = routeOptions.config as { readonly takesEmptyForm?: boolean };
    const isEmpty = (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined;
    done(takesEmptyForm && isEmpty ? null : new UnsupportedMediaTypeException(NO_FORMS));
  });
  drainBeforeClosing(adapter);
  // Nest hands a route's own settings on as its `config`, where Fastify looks for no limit.
  fastify.addHook('onRoute', (route) => {
    const limit = (route.config as { readonly bodyLimit?: number } | undefined)?.bodyLimit;
    if (limit !== undefined) route.bodyLimit = limit;
  });
  return adapter;
}

/** Milliseconds between the order to stop and the end of connections: requests that lie in a socket count as none. */
const DRAIN_MS = 250;

/**
 * Answers what is under way when the service stops, and ends each connection with its next answer: kept for the next
 * request, it would hold up the stop, or end under it.
 */
function drainBeforeClosing(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    // Of answers that are on their way already.
    fastify.server.keepAliveTimeout = 1;
    setTimeout(done, DRAIN_MS);
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) void reply.header('connection', 'close');
    done(null, payload);
  });
}
