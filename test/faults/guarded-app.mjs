// One Nest application with a route that fails open and one that fails closed, and what it counts of itself.
import 'reflect-metadata';
import { Controller, ConsoleLogger, Get, Logger, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as library from '../../dist/index.js';
import { HealthModule } from '../../dist/modules/health/health.module.js';
import { ProviderLookup } from '../../dist/modules/providers/lookup/provider-lookup.js';
import { Starvation } from './starvation.mjs';

const starvation = new Starvation();
const { DecisionCounters, IpRisk, IpRiskModule } = library;
const logger = new Logger('GuardedController');

class GuardedController {
  runs = { open: 0, closed: 0 };

  open(request) {
    this.runs.open += 1;
    return { risk: request.ipRisk };
  }

  closed(request) {
    this.runs.closed += 1;
    return { risk: request.ipRisk };
  }
}

/** The whole decision goes into the log where no body carries it, so that it is searched for keys as well. */
const onDecision = (decision) => {
  if (decision.failedClosed) logger.debug(JSON.stringify(decision));
};

for (const [name, options] of Object.entries({ open: {}, closed: { failClosed: true, onDecision } })) {
  const descriptor = Object.getOwnPropertyDescriptor(GuardedController.prototype, name);
  Get(name)(GuardedController.prototype, name, descriptor);
  Req()(GuardedController.prototype, name, 0);
  IpRisk(options)(GuardedController.prototype, name, descriptor);
}
Controller()(GuardedController);

class GuardedModule {}

const moduleOf = (provider, options) => ({
  module: GuardedModule,
  imports: [
    IpRiskModule.forRoot({ isGlobal: true, providers: [provider], trustedProxies: ['loopback'], ...options }),
    HealthModule,
  ],
  controllers: [GuardedController],
});

/** A fresh app, and with it a fresh breaker, cache and counters. @param options further ones of the module. */
export async function startGuardedApp(adapter, { vendor, key, baseUrl, dailyBudget, deadlineMs, options = {} }) {
  const provider = library[vendor]({ key, baseUrl, dailyBudget });
  const app = await NestFactory.create(moduleOf(provider, { deadlineMs, ...options }), adapter, {
    logger: new ConsoleLogger({ logLevels: ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'], colors: false }),
    abortOnError: false,
  });
  const slowest = watchSlowest(app.getHttpServer());
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    close: () => app.close(),
    report: () => ({
      runs: app.get(GuardedController).runs,
      decisions: app.get(DecisionCounters).snapshot(),
      lane: app.get(ProviderLookup).lanes[0].report(),
      slowestMs: slowest.ms,
      slowestOwnMs: slowest.ownMs,
    }),
  };
}

/** From the request's headers to the end of its answer, by the app's own clock: a slow harness does not count. */
function watchSlowest(server) {
  const slowest = { ms: 0, ownMs: 0 };
  server.prependListener('request', (request, response) => {
    const [startedAt, starvedMs] = [performance.now(), starvation.totalMs];
    response.once('close', () => {
      const ms = performance.now() - startedAt;
      slowest.ms = Math.max(slowest.ms, ms);
      slowest.ownMs = Math.max(slowest.ownMs, ms - (starvation.totalMs - starvedMs));
    });
  });
  return slowest;
}
