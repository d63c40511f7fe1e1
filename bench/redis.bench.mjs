// A verdict that another process left in Redis: against a bare GET of the same entry, and as part of a guarded request.
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { AssessmentService, ipgeolocation, IpRiskModule, parseIpAddress } from '../dist/index.js';
import { hasRedis, startRedis } from './redis-process.mjs';
import { startServer } from './server-process.mjs';
import { judge, median, ratio } from './side-by-side.mjs';

const ADDRESSES = 2000;
const ROUNDS = 9;
const RATIO_GOAL = 1.5;
const MOST_MS = 5;
/** Entries are longer than anything else that is kept in Redis. */
const ENTRY_LENGTH = 200;

const texts = Array.from({ length: ADDRESSES }, (_, index) => `81.${index % 200}.${index >> 8}.${index & 255}`);
const line = (label, text) => console.log(label.padEnd(64), text);
const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];

const startSandbox = () =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'sandbox-process.mjs'));
    child.once('message', (baseUrls) => resolve({ child, baseUrls }));
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });

/** A process's engine with nothing in memory. */
async function startEngine(redisUrl, vendorUrl) {
  class EngineModule {}
  const providers = [ipgeolocation({ key: 'bench', baseUrl: vendorUrl })];
  Module({ imports: [IpRiskModule.forRoot({ providers, redis: { url: redisUrl } })] })(EngineModule);
  const app = await NestFactory.createApplicationContext(EngineModule, { logger: false });
  return { app, assessments: app.get(AssessmentService) };
}

/** The one call that is measured: a verdict through the shared tier. The vendor is gone by then, so there is no other. */
async function readVerdict(assessments, address) {
  const { status } = await assessments.assess(address);
  return status === 'complete';
}

async function longEntries(client) {
  const keys = [];
  for await (const found of client.scanStream({ type: 'string', count: 1000 })) {
    for (const key of found) if ((await client.strlen(key)) >= ENTRY_LENGTH) keys.push(key);
  }
  return keys;
}

/**
 * Has the verdicts written by processes that end before anything is measured. On a busy machine a vendor's answer or a
 * write is late now and then, so there may be more passes than one.
 */
async function fill(redis) {
  const { child: sandbox, baseUrls } = await startSandbox();
  const vendorUrl = baseUrls.ipgeolocation;
  for (let pass = 0; pass < 10; pass += 1) {
    const { app, assessments } = await startEngine(redis.url, vendorUrl);
    for (const text of texts) await assessments.assess(parseIpAddress(text));
    // No request waits for the writing.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await app.close();
    const keys = await longEntries(redis.client);
    if (keys.length >= ADDRESSES) {
      sandbox.kill();
      return { vendorUrl, keys };
    }
  }
  throw new Error(`not all of ${ADDRESSES} verdicts came into Redis`);
}

async function timed(task) {
  const began = performance.now();
  await task();
  return performance.now() - began;
}

/** Redis has a deadline, which a process that is set aside by a busy machine may miss; that is not what is measured. */
function checkMisses(misses) {
  if (misses > ADDRESSES / 100) throw new Error(`${misses} of ${ADDRESSES} verdicts did not come from Redis`);
}

/** Call by call in turn, so that noise on the machine meets both alike. */
async function benchTier(redis, { vendorUrl, keys }) {
  const raw = new Redis(redis.url);
  const p95 = { raw: [], tier: [] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const { app, assessments } = await startEngine(redis.url, vendorUrl);
    const times = { raw: [], tier: [] };
    let misses = 0;
    const tasks = [
      async (index) => times.raw.push(await timed(() => raw.get(keys[index]))),
      async (index) => {
        const time = await timed(async () => {
          if (!(await readVerdict(assessments, parseIpAddress(texts[index])))) misses += 1;
        });
        times.tier.push(time);
      },
    ];
    for (let index = 0; index < ADDRESSES; index += 1) {
      await tasks[index % 2](index);
      await tasks[1 - (index % 2)](index);
    }
    await app.close();
    checkMisses(misses);
    // Round -1 warms up.
    if (round >= 0) for (const name of ['raw', 'tier']) p95[name].push(percentile(times[name], 0.95));
  }
  const length = median(await Promise.all(keys.slice(0, 101).map((key) => raw.strlen(key))));
  raw.disconnect();
  const { ratio: value, least, most } = ratio(p95.tier, p95.raw);
  line(
    'p95 of a verdict from Redis / p95 of a bare GET of its entry',
    `${value.toFixed(2)}  [${least.toFixed(2)}-${most.toFixed(2)}]${judge(value <= RATIO_GOAL, `goal <= ${RATIO_GOAL}`)}`,
  );
  const medians = `verdict ${median(p95.tier).toFixed(3)} ms, GET ${median(p95.raw).toFixed(3)} ms`;
  console.log(`    medians: ${medians}; an entry has ${length} bytes`);
}

const hit = (port, agent, ip) =>
  new Promise((resolve, reject) => {
    const headers = { 'x-forwarded-for': ip };
    const sent = request({ host: '127.0.0.1', port, path: '/hit', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    sent.on('error', reject);
    sent.end();
  });

/** One request after the other from addresses that the process has never seen. */
async function benchRequests(redis, { vendorUrl }) {
  const server = await startServer('guarded-server.mjs', ['fastify', 'ip-risk', redis.url, vendorUrl]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  let misses = 0;
  for (const ip of texts) {
    const time = await timed(async () => {
      // The route fails closed.
      if ((await hit(server.port, agent, ip)) === 503) misses += 1;
    });
    times.push(time);
  }
  checkMisses(misses);
  agent.destroy();
  server.child.kill();
  // The first ones warm up.
  const p95 = percentile(times.slice(200), 0.95);
  line(
    'p95 of a guarded request with its verdict from Redis, ms',
    `${p95.toFixed(2)}${judge(p95 < MOST_MS, `goal < ${MOST_MS}`)}`,
  );
}

export async function benchRedis() {
  if (!hasRedis('redis')) return;
  const redis = await startRedis();
  const filled = await fill(redis);
  await benchTier(redis, filled);
  await benchRequests(redis, filled);
  await redis.stop();
}
