import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { API_OPTIONS, type ApiModuleOptions } from './api.module-definition.js';
import { UNAUTHORIZED } from './api-key.guard.js';

/**
 * Asks for the key before the body of a route with a limit of its own is read: guards run after it was parsed, and
 * anybody could have the service parse megabytes.
 */
@Injectable()
export class KeyBeforeBody implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(API_OPTIONS) private readonly options: ApiModuleOptions,
  ) {}

  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost;
    const { apiKeys } = this.options;
    if (!apiKeys.isRequired || httpAdapter.getType() !== 'fastify') return;
    (httpAdapter as FastifyAdapter).getInstance().addHook('onRequest', (request, reply, done) => {
      const key = request.headers['x-api-key'];
      const { bodyLimit } = request.routeOptions.config as { readonly bodyLimit?: number };
      if (bodyLimit === undefined || apiKeys.has(typeof key === 'string' ? key : '')) done();
      else void reply.code(401).send(UNAUTHORIZED);
    });
  }
}
