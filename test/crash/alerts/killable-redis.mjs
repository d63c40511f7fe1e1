// A Redis of the run's own that keeps nothing: killed, it comes back on the same port with none of its data.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../scale/redis-server.mjs';

const MOST_START_MS = 10_000;

export class KillableRedis {
  #directory;
  #port;
  #process;

  static async create(directory) {
    const redis = new KillableRedis();
    redis.#directory = directory;
    redis.#port = await freePort();
    return redis;
  }

  get url() {
    return `redis://127.0.0.1:${this.#port}`;
  }

  async start() {
    const settings = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#directory];
    this.#process = spawn('redis-server', [...settings, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    const client = new Redis({ port: this.#port, retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    try {
      const late = wait(MOST_START_MS, undefined, { ref: false }).then(() => {
        throw new Error('redis-server did not start.');
      });
      await Promise.race([client.ping(), late]);
    } finally {
      client.disconnect();
    }
  }

  async kill() {
    if (this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
