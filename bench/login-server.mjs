// One Nest application with one guarded route, for bench/run.mjs: RECORD_ON (request | success | none: no subject) and
// DATABASE, as JSON.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IpRisk, IpRiskModule, offline } from '../dist/index.js';

const [recordOn, database] = process.argv.slice(2);

class BenchController {
  hit() {
    return { ok: true };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(BenchController.prototype, 'hit');
Get()(BenchController.prototype, 'hit', descriptor);
// Everybody is let in, so that each answer took the whole way.
const open = { thresholds: { challenge: 101, block: 101 } };
const options = recordOn === 'none' ? open : { ...open, recordOn, subject: ({ headers }) => headers['x-user'] };
IpRisk(options)(BenchController.prototype, 'hit', descriptor);
Controller('hit')(BenchController);

class BenchModule {}
Module({
  imports: [
    IpRiskModule.forRoot({
      isGlobal: true,
      providers: [offline({ dataDirectory: process.env.IP_RISK_DATA_DIR ?? '.data' })],
      trustedProxies: ['loopback'],
      ...(recordOn === 'none' ? {} : { database: JSON.parse(database) }),
    }),
  ],
  controllers: [BenchController],
})(BenchModule);

const app = await NestFactory.create(BenchModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
// The bench ended, also when it failed.
process.once('disconnect', () => process.exit());
process.send(new URL(await app.getUrl()).port);
