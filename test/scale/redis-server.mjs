// Redis servers of the run's own, on free ports: nobody else's data is ever touched.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

const MOST_WAIT_MS = 10_000;

export function isRedisInstalled() {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export class RedisServer {
  #process;
  #port;

  static async start(directory, options = []) {
    const server = new RedisServer();
    server.#port = await freePort();
    const own = mkdtempSync(join(directory, 'redis-'));
    const settings = ['--port', String(server.#port), '--bind', '127.0.0.1', '--dir', own];
    const keepNothing = ['--save', '', '--appendonly', 'no'];
    server.#process = spawn('redis-server', [...settings, ...keepNothing, ...options], { stdio: 'ignore' });
    // For looking behind the scenes; a server may be killed by the run itself.
    server.looker = new Redis({ port: server.#port, retryStrategy: () => 20, maxRetriesPerRequest: null });
    server.looker.on('error', () => undefined);
    await Promise.race([server.looker.ping(), wait(MOST_WAIT_MS, undefined, { ref: false }).then(failedToStart)]);
    return server;
  }

  get port() {
    return this.#port;
  }

  get url() {
    return `redis://127.0.0.1:${this.#port}`;
  }

  async stop() {
    this.looker.disconnect();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

function failedToStart() {
  throw new Error('redis-server did not start.');
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Every key with its time to live in milliseconds: -1 for one that never ends. */
export async function keysOf(server) {
  const times = new Map();
  for await (const names of server.looker.scanStream({ count: 5_000 })) {
    if (names.length === 0) continue;
    const pipeline = server.looker.pipeline();
    for (const name of names) pipeline.pttl(name);
    const answers = await pipeline.exec();
    for (const [index, name] of names.entries()) times.set(name, answers[index][1]);
  }
  return times;
}
