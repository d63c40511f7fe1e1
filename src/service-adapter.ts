import type { ServerResponse } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The largest body a route takes. The largest sensible one is under 3 KiB. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** The HTTP server of the service. Client addresses are resolved by our own rules, so Fastify's `trustProxy` stays off. */
export function serviceAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: false,
    // A body that never ends must not hold a connection, nor the shutdown, for longer.
    requestTimeout: 10_000,
    // A path such as `/%` is refused before any route is looked for, and so before the filter that words other errors.
    frameworkErrors: (_error: unknown, _request: unknown, { raw }: { readonly raw: ServerResponse }) => {
      const body = { error: 'Invalid request', message: 'The URL cannot be read.' };
      raw.writeHead(400, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
    },
  });
}
