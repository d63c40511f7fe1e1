import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ASN_CREDIT, CITY_CREDIT } from './modules/providers/offline/databases/shipped-data.js';

/** The largest body a route takes. The largest sensible one is under 3 KiB. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** The HTTP server of the service. Client addresses are resolved by our own rules, so Fastify's `trustProxy` stays off. */
export function serviceAdapter(): FastifyAdapter {
  return new FastifyAdapter({ bodyLimit: BODY_LIMIT_BYTES, trustProxy: false });
}

/** Everything of the service that is not a module: documentation and shutdown on signals. */
export function prepareService<T extends INestApplication>(app: T): T {
  app.enableShutdownHooks();
  const document = new DocumentBuilder()
    .setTitle('nestjs-ip-risk')
    .setDescription(
      'Scores IP addresses for risk. A score is evidence about an address, not about a person: see the limits in the ' +
        `README.\n\n${CITY_CREDIT}. ${ASN_CREDIT}.`,
    )
    .setVersion('1')
    .addApiKey({ type: 'apiKey', name: 'X-Api-Key', in: 'header' }, 'api-key')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document));
  return app;
}
