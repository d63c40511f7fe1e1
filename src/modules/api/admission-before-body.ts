import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { Admission } from './admission.js';

/** The `@RouteConfig` of a route that asks for the key and counts before a body. */
export interface AdmittedBeforeBody {
  readonly isAdmittedBeforeBody: true;
  /** Requests that one is counted as, a whole number of 1 or more. @default 1 */
  readonly requests?: number;
}

/** For the `@RouteConfig` of a route to which bodies may be sent: who may not come in has nothing parsed. */
export const ADMITTED_BEFORE_BODY: AdmittedBeforeBody = { isAdmittedBeforeBody: true };

/**
 * Asks for the key and counts the request before its body is read: guards run after it was parsed, and anybody could have
 * the service parse megabytes, or send it broken ones without end.
 */
@Injectable()
export class AdmissionBeforeBody implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly admission: Admission,
  ) {}

  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter.getType() !== 'fastify') return;
    (httpAdapter as FastifyAdapter).getInstance().addHook('onRequest', (request, reply, done) => {
      const config = request.routeOptions.config as Partial<AdmittedBeforeBody>;
      if (config.isAdmittedBeforeBody !== true) {
        done();
        return;
      }
      this.admission
        .authenticate(request, reply)
        .then(() => this.admission.count(request, reply, config.requests))
        .then(() => {
          done();
        }, done);
    });
  }
}
