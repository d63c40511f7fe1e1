// An application with a guarded route, whose every decision of the storm owes an alert. It is driven over IPC:
//   storm {triggers, seconds, users}   screens as many addresses of Tor exits, evenly, each about one of the users
//   settle                             resolves when no alert is on its way any more; answers what the database counts
//   delay                              the event loop's delay since the last question, in milliseconds
import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AlertsModule, novuChannel } from '../../dist/alerts.js';
import {
  AlertDeliveries,
  AlertOutbox,
  DecisionLog,
  digested,
  IpRisk,
  IpRiskModule,
  parseIpAddress,
  POLICY_SET,
  ScreeningService,
} from '../../dist/index.js';
import { FakeProvider } from '../../dist/testing.js';

const { database, redisUrl, novuUrl, capPerHour, windowSeconds } = JSON.parse(process.argv[2]);

class ShopController {
  hit() {
    return { ok: true };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(ShopController.prototype, 'hit');
Get()(ShopController.prototype, 'hit', descriptor);
IpRisk()(ShopController.prototype, 'hit', descriptor);
Controller('hit')(ShopController);

/** The client of the guarded route, who owes nothing; everybody else is up to no good. */
const CLEAN = '46.1.2.3';
const provider = new FakeProvider({
  answers: { [CLEAN]: { facts: { isTorExitNode: false, isBlocklisted: false } } },
  otherwise: { facts: { isTorExitNode: true, isBlocklisted: true } },
});

class StormModule {}
Module({
  imports: [
    IpRiskModule.forRoot({
      isGlobal: true,
      providers: [provider],
      trustedProxies: ['loopback'],
      database,
      alerts: { capPerHour, windowSeconds },
      geoVelocity: { hashKey: 'the-storm-has-a-key-of-its-own' },
    }),
    AlertsModule.forRoot({
      redisUrl,
      channel: novuChannel({
        secretKey: 'sandbox',
        serverUrl: novuUrl,
        recipients: [{ kind: 'subscriber', id: 'soc' }],
      }),
    }),
  ],
  controllers: [ShopController],
})(StormModule);

const app = await NestFactory.create(StormModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
const screening = app.get(ScreeningService);
const { policies } = app.get(POLICY_SET);
const route = { route: 'Storm.hit', policy: digested(policies.get('login')) };
const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();

/** Addresses of different networks, so that nothing is merged but by the storm's own rules. */
const addressOf = (number) =>
  parseIpAddress(`45.${(number >> 14) & 127}.${(number >> 6) & 255}.${(number & 63) * 4 + 1}`);

async function storm({ triggers, seconds, users }) {
  const began = performance.now();
  let made = 0;
  while (made < triggers) {
    const due = Math.min(triggers, Math.ceil(((performance.now() - began) / (seconds * 1000)) * triggers));
    for (; made < due; made += 1) {
      await screening.screenAddress(addressOf(made), route, { subject: `user-${made % users}` });
    }
    await wait(2);
  }
  return { ms: performance.now() - began };
}

async function settle() {
  const log = app.get(DecisionLog);
  while (log.report().waiting > 0) await wait(20);
  const deliveries = app.get(AlertDeliveries);
  for (;;) {
    const tally = await deliveries.tally();
    if (tally.open + tally.pending + tally.queued === 0) return { tally, outbox: app.get(AlertOutbox).report() };
    await wait(100);
  }
}

function delay() {
  const { min, mean, max } = loop;
  const answer = { p50: loop.percentile(50) / 1e6, p99: loop.percentile(99) / 1e6, max: max / 1e6, mean, min };
  loop.reset();
  return answer;
}

const commands = { storm, settle, delay };
process.on('message', ({ id, command, input }) => {
  Promise.resolve(commands[command](input)).then(
    (answer) => process.send({ id, answer }),
    (error) => process.send({ id, error: String(error?.stack ?? error) }),
  );
});
process.once('disconnect', () => process.exit());
process.send({ port: Number(new URL(await app.getUrl()).port) });
