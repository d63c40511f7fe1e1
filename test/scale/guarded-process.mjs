// An application with a guarded route that fails open, in a process of its own. Its guard can also be asked in the process,
// which costs a tenth of a request over HTTP.
import '../../dist/favour-memory.js';
import 'reflect-metadata';
import { Controller, Get, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import * as library from '../../dist/index.js';
import { ProviderLookup } from '../../dist/modules/providers/lookup/provider-lookup.js';
import { answerCommands } from '../faults/child.mjs';
import { hostIn, seededRandom } from './addresses.mjs';

const { IpRisk, IpRiskGuard, IpRiskModule } = library;
/** Requests of a flood between which the process looks at its sockets. */
const FLOOD_AT_ONCE = 50;

class GuardedController {
  open(request) {
    const { score, action, cause, failedOpen, degraded, assessment } = request.ipRisk;
    return { score, action, cause, failedOpen, degraded, status: assessment?.status };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(GuardedController.prototype, 'open');
Get('open')(GuardedController.prototype, 'open', descriptor);
Req()(GuardedController.prototype, 'open', 0);
IpRisk()(GuardedController.prototype, 'open', descriptor);
Controller()(GuardedController);

let app;

answerCommands({
  start: async ({ redis, vendor, baseUrl, deadlineMs, withOffline, quotaBrake }) => {
    class Root {}
    const providers = [library[vendor]({ key: 'sandbox', baseUrl }), ...(withOffline ? [library.offline()] : [])];
    const options = { providers, trustedProxies: ['loopback'], deadlineMs, quotaBrake };
    const module = {
      module: Root,
      imports: [IpRiskModule.forRoot({ ...options, ...(redis === undefined ? {} : { redis }) })],
      controllers: [GuardedController],
    };
    app = await NestFactory.create(module, new FastifyAdapter(), { logger: ['warn', 'error'], abortOnError: false });
    await app.listen(0, '127.0.0.1');
    return Number(new URL(await app.getUrl()).port);
  },
  flood,
  /** Calls of the vendor by outcome. */
  calls: () => app.get(ProviderLookup).lanes[0].report().calls,
});

/** So many requests from any host of the /48, to the guard itself. @returns how many had which cause. */
async function flood({ site, count, seed }) {
  const guard = app.get(IpRiskGuard);
  const random = seededRandom(seed);
  const handler = GuardedController.prototype.open;
  const causes = {};
  const request = async () => {
    const headers = { 'x-forwarded-for': hostIn(site, random) };
    const asked = { headers, socket: { remoteAddress: '127.0.0.1' } };
    await guard.canActivate(new ExecutionContextHost([asked], GuardedController, handler));
    const { cause, failedOpen } = asked.ipRisk;
    const name = failedOpen ? `${cause}, failed open` : cause;
    causes[name] = (causes[name] ?? 0) + 1;
  };
  for (let left = count; left > 0; left -= FLOOD_AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, FLOOD_AT_ONCE) }, request));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return causes;
}
