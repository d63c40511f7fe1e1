// One Nest application with one route, for bench/run.mjs: ADAPTER (fastify | express) and GUARD (noop | ip-risk). With
// REDIS (a URL) and VENDOR (the base URL of ipgeolocation's API) the verdicts are the vendor's, shared through Redis. Where
// BENCH_DATABASE (JSON) names a database, decisions are logged there as BENCH_DECISION_LOG says.
import 'reflect-metadata';
import { Controller, Get, Injectable, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IpRisk, IpRiskModule, ipgeolocation, offline } from '../dist/index.js';

const [adapterName, guard, redis, vendor] = process.argv.slice(2);

class NoopGuard {
  canActivate() {
    return true;
  }
}
Injectable()(NoopGuard);

class BenchController {
  hit() {
    return { ok: true };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(BenchController.prototype, 'hit');
Get()(BenchController.prototype, 'hit', descriptor);
if (guard === 'noop') UseGuards(NoopGuard)(BenchController.prototype, 'hit', descriptor);
const database = process.env.BENCH_DATABASE && JSON.parse(process.env.BENCH_DATABASE);
if (guard === 'ip-risk') IpRisk({ failClosed: true })(BenchController.prototype, 'hit', descriptor);
Controller('hit')(BenchController);

class BenchModule {}
Module({
  imports: [
    IpRiskModule.forRoot({
      isGlobal: true,
      ...(redis === undefined
        ? { providers: [offline({ dataDirectory: process.env.IP_RISK_DATA_DIR ?? '.data' })] }
        : { providers: [ipgeolocation({ key: 'bench', baseUrl: vendor })], redis: { url: redis } }),
      trustedProxies: ['loopback'],
      ...(database && { database, decisionLog: process.env.BENCH_DECISION_LOG, alerts: {} }),
    }),
  ],
  controllers: [BenchController],
})(BenchModule);

const adapter =
  adapterName === 'fastify'
    ? new (await import('@nestjs/platform-fastify')).FastifyAdapter()
    : new (await import('@nestjs/platform-express')).ExpressAdapter();
const app = await NestFactory.create(BenchModule, adapter, { logger: false });
await app.listen(0, '127.0.0.1');
// CPU seconds of this process so far, for whoever asks.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send((user + system) / 1e6);
});
// The bench ended, also when it failed.
process.once('disconnect', () => process.exit());
process.send(new URL(await app.getUrl()).port);
