import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** What a spec that is skipped prints. */
export const NO_REDIS =
  'redis-server is not installed, so what needs it is not tested; "node scripts/ensure-servers.mjs" says how to get it.\n';

/** A Redis server of the test's own, on a free port, that keeps nothing on disk. */
export class RedisProcess {
  /** For looking behind the scenes. */
  private looker: Redis | undefined;

  private constructor(
    readonly port: number,
    private readonly directory: string,
    private readonly password: string,
    private readonly options: readonly string[],
    private child: ChildProcess,
  ) {}

  static isInstalled(): boolean {
    return spawnSync('redis-server', ['--version']).status === 0;
  }

  /** @param options further ones of its command line. */
  static async start(password = '', options: readonly string[] = []): Promise<RedisProcess> {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'ip-risk-redis-'));
    const child = launch(port, directory, password, options);
    const server = new RedisProcess(port, directory, password, options, child);
    await server.ready();
    return server;
  }

  get url(): string {
    return this.urlWith(this.password);
  }

  urlWith(password: string): string {
    return `redis://${password === '' ? '' : `:${password}@`}127.0.0.1:${this.port}`;
  }

  /** Asks it something by a connection of the test's own. */
  look(command: string, ...args: readonly string[]): Promise<unknown> {
    if (this.looker === undefined) {
      this.looker = new Redis(this.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
      // It is expected to be away at times.
      this.looker.on('error', () => undefined);
    }
    return this.looker.call(command, ...args);
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** On the same port, with nothing in it. */
  async restart(): Promise<void> {
    this.child = launch(this.port, this.directory, this.password, this.options);
    await this.ready();
  }

  async close(): Promise<void> {
    this.looker?.disconnect();
    if (this.isRunning) await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    await this.look('PING');
  }
}

function launch(port: number, directory: string, password: string, more: readonly string[]): ChildProcess {
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
  ];
  const access = password === '' ? [] : ['--requirepass', password, '--masterauth', password];
  return spawn('redis-server', [...options, ...access, ...more], { stdio: 'ignore' });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
