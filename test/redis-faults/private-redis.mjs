// A Redis server of the run's own, on a free port, that keeps nothing on disk and asks for a password.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

export const NO_REDIS = 'redis-server is not installed, so the Redis fault run has nothing to run against.';

export function isRedisInstalled() {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export class PrivateRedis {
  #port;
  #password;
  #server;
  #admin;

  static async start(password) {
    const redis = new PrivateRedis(await freePort(), password);
    await redis.launch();
    return redis;
  }

  constructor(port, password) {
    this.#port = port;
    this.#password = password;
    this.#admin = new Redis({ port, password, retryStrategy: () => 20, maxRetriesPerRequest: null });
    // It is expected to be away at times.
    this.#admin.on('error', () => undefined);
  }

  get port() {
    return this.#port;
  }

  /** Also again after `kill`, with nothing in it. */
  async launch() {
    const options = ['--port', this.#port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#server = spawn('redis-server', [...options.map(String), '--requirepass', this.#password], {
      stdio: 'ignore',
    });
    await this.ask('PING');
  }

  ask(command, ...args) {
    return this.#admin.call(command, ...args);
  }

  freeze() {
    this.#server.kill('SIGSTOP');
  }

  thaw() {
    this.#server.kill('SIGCONT');
  }

  async kill() {
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await ended;
  }

  /** For the end of the process, which waits for nothing. */
  killNow() {
    this.#server?.kill('SIGKILL');
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
