// The service's REST API beside one guarded route of an application, for bench/bulk.bench.mjs.
import '../dist/favour-memory.js';
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiKeys } from '../dist/common/config/api-keys.js';
import { IpRisk, IpRiskModule, offline } from '../dist/index.js';
import { ApiModule } from '../dist/modules/api/api.module.js';
import { serviceAdapter } from '../dist/service-adapter.js';

class GuardedController {
  hit() {
    return { ok: true };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(GuardedController.prototype, 'hit');
Get()(GuardedController.prototype, 'hit', descriptor);
IpRisk({ failClosed: true })(GuardedController.prototype, 'hit', descriptor);
Controller('hit')(GuardedController);

class BenchModule {}
Module({
  imports: [
    IpRiskModule.forRoot({
      isGlobal: true,
      providers: [offline({ dataDirectory: process.env.IP_RISK_DATA_DIR ?? '.data' })],
      trustedProxies: ['loopback'],
    }),
    ApiModule.forRoot({ throttleLimit: 0, apiKeys: new ApiKeys([]) }),
  ],
  controllers: [GuardedController],
})(BenchModule);

const app = await NestFactory.create(BenchModule, serviceAdapter(), { logger: ['error'], bodyParser: false });
await app.listen(0, '127.0.0.1');
// CPU seconds of this process so far, for whoever asks.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send((user + system) / 1e6);
});
process.send(new URL(await app.getUrl()).port);
