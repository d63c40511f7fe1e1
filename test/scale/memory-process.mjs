// The library over Redis in a process of its own, asked about ever new addresses. Needs --expose-gc.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AssessmentService, IpRiskModule, NO_FACTS, parseIpAddress, statement } from '../../dist/index.js';
import { REDIS_STORES } from '../../dist/common/redis/redis-stores.js';
import { answerCommands } from '../faults/child.mjs';
import { addressOf, ipv4Of } from './addresses.mjs';

/** Fewer than a vendor's bulkhead holds, so that nobody is refused. */
const CONCURRENT = 100;
const BYTES_PER_MB = 2 ** 20;

/** Answers by itself and remembers nothing: what grows is ours. */
class ForgetfulVendor {
  id = 'forgetful';
  kind = 'vendor';
  calls = 0;

  lookup() {
    this.calls += 1;
    const facts = { ...NO_FACTS, isTorExitNode: statement(false, 'scale') };
    return Promise.resolve({ providerId: this.id, facts, location: undefined, network: undefined });
  }

  health() {
    return { status: 'up', details: {} };
  }
}

/** Addresses between two turns of the event loop. */
const TURN = 16;
const vendor = new ForgetfulVendor();
let app;
let asked = 0;
let withoutVerdict = 0;

answerCommands({
  start: async ({ redisUrl, hashKey, entries }) => {
    class Root {}
    const library = IpRiskModule.forRoot({
      providers: [vendor],
      redis: { url: redisUrl, hashKey },
      cache: { entries },
      deadlineMs: 5000,
      // The caps count in Redis and in memory; none of them is to be met.
      quotaBrake: { perPrefix: 256, perAsn: 1_000_000_000 },
    });
    app = await NestFactory.createApplicationContext({ module: Root, imports: [library] }, { logger: false });
  },
  /** Until so many different addresses were assessed. */
  assess: async ({ upTo, family }) => {
    const next = family === 4 ? ipv4Of : addressOf;
    const service = app.get(AssessmentService);
    const work = async () => {
      while (asked < upTo) {
        const { status } = await service.assess(parseIpAddress(next(asked++)));
        if (status !== 'complete') withoutVerdict += 1;
        // As with requests, which come by the event loop: what never gives way to it would never hear from Redis again.
        if (asked % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT }, work));
    return { asked, calls: vendor.calls, withoutVerdict };
  },
  /** What garbage collection cannot give back. */
  memory: () => {
    for (let round = 0; round < 4; round += 1) globalThis.gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapMb: heapUsed / BYTES_PER_MB, externalMb: external / BYTES_PER_MB, rssMb: rss / BYTES_PER_MB };
  },
  /** Whether what processes share is in use: a Redis that is away keeps nothing, and proves nothing. */
  redis: () => app.get(REDIS_STORES).cache.report(),
  close: () => app.close(),
});
