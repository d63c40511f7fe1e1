// A Postgres of the run's own, on a free port and in a folder of its own: nobody else's is ever touched.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../scale/redis-server.mjs';
import { owner, programs } from './postgres-programs.mjs';
import { childrenOf, hasEnded } from './processes.mjs';

const MOST_START_MS = 60_000;
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=32MB',
  'max_connections=40',
];

export class PrivatePostgres {
  #bin;
  #owner;
  #folder;
  #port;
  #postmaster;

  /** @returns why there is none here. */
  static missing() {
    if (programs() === undefined) return 'Postgres is not installed (Debian: apt-get install postgresql)';
    return owner() === undefined ? 'Postgres does not run as root, and there is no user "postgres"' : undefined;
  }

  static async create() {
    const server = new PrivatePostgres();
    server.#bin = programs();
    server.#owner = owner();
    server.#port = await freePort();
    server.#folder = mkdtempSync(join(tmpdir(), 'ip-risk-crash-postgres-'));
    const { uid, gid } = server.#owner;
    if (uid !== undefined) chownSync(server.#folder, uid, gid);
    const options = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync'];
    const { status, stderr } = spawnSync(join(server.#bin, 'initdb'), [...options, server.#data], server.#launch());
    if (status === 0) return server;
    await server.remove();
    throw new Error(`initdb ended with ${status}: ${stderr}`);
  }

  get url() {
    return `postgres://postgres@127.0.0.1:${this.#port}/postgres`;
  }

  /** Resolves when it answers: after a crash that is when it recovered. */
  async start() {
    const log = openSync(join(this.#folder, 'log'), 'a');
    const settings = [...SETTINGS, `port=${this.#port}`].flatMap((setting) => ['-c', setting]);
    this.#postmaster = spawn(join(this.#bin, 'postgres'), ['-D', this.#data, ...settings], {
      ...this.#launch(),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    await this.answers();
  }

  async answers() {
    const began = performance.now();
    while (!(await this.#answersNow())) {
      if (this.#postmaster.exitCode !== null) throw new Error('Postgres ended instead of starting.');
      if (performance.now() - began > MOST_START_MS) throw new Error('Postgres did not start.');
      await wait(10);
    }
  }

  /** kill -9 of all of it at once: stopped first, it cannot replace those of its children that are gone already. */
  async kill() {
    const { pid } = this.#postmaster;
    const ended = once(this.#postmaster, 'exit');
    process.kill(pid, 'SIGSTOP');
    const children = childrenOf(pid);
    for (const child of [...children, pid]) process.kill(child, 'SIGKILL');
    await ended;
    // The next server does not start before the memory they share is nobody's.
    while (!children.every(hasEnded)) await wait(5);
  }

  /** kill -9 of one that serves a client: the server ends all the others, and recovers. */
  killBackend() {
    const [backend] = childrenOf(this.#postmaster.pid, /^postgres: postgres postgres 127\.0\.0\.1/);
    if (backend !== undefined) process.kill(backend, 'SIGKILL');
  }

  async remove() {
    const isRunning = this.#postmaster?.exitCode === null && this.#postmaster.signalCode === null;
    if (isRunning) await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #data() {
    return join(this.#folder, 'data');
  }

  #launch() {
    return { ...this.#owner, cwd: this.#folder, encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  }

  async #answersNow() {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
