import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { freePort, RedisProcess } from './redis-process.js';

const MASTER_NAME = 'mymaster';

/** One Sentinel, one master and one replica, of the test's own. The Sentinel fails over half a second after a death. */
export class RedisSentinelSet {
  private constructor(
    readonly master: RedisProcess,
    readonly replica: RedisProcess,
    readonly sentinelPort: number,
    private readonly password: string,
    private readonly sentinel: ChildProcess,
    private readonly directory: string,
    private readonly looker: Redis,
  ) {}

  static async start(password = ''): Promise<RedisSentinelSet> {
    const master = await RedisProcess.start(password);
    const replicaOf = ['--replicaof', '127.0.0.1', String(master.port), '--repl-diskless-sync-delay', '0'];
    const replica = await RedisProcess.start(password, replicaOf);
    const directory = mkdtempSync(join(tmpdir(), 'ip-risk-sentinel-'));
    const port = await freePort();
    const file = join(directory, 'sentinel.conf');
    writeFileSync(file, sentinelFile(port, master.port, password));
    const sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore', cwd: directory });
    const looker = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null });
    looker.on('error', () => undefined);
    const set = new RedisSentinelSet(master, replica, port, password, sentinel, directory, looker);
    await set.knowsReplica();
    return set;
  }

  get url(): string {
    const login = this.password === '' ? '' : `:${this.password}@`;
    return `redis+sentinel://${login}127.0.0.1:${this.sentinelPort}/${MASTER_NAME}`;
  }

  /** The port of what the Sentinel calls the master. */
  async masterPort(): Promise<number> {
    const [, port] = (await this.looker.call('SENTINEL', 'get-master-addr-by-name', MASTER_NAME)) as [string, string];
    return Number(port);
  }

  async close(): Promise<void> {
    this.looker.disconnect();
    if (this.sentinel.exitCode === null && this.sentinel.signalCode === null) {
      const ended = once(this.sentinel, 'exit');
      this.sentinel.kill('SIGKILL');
      await ended;
    }
    await Promise.all([this.master.close(), this.replica.close()]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Only then can it fail over. */
  private async knowsReplica(): Promise<void> {
    await eventually(async () => {
      const replicas = JSON.stringify(await this.looker.call('SENTINEL', 'replicas', MASTER_NAME));
      if (!replicas.includes('"master-link-status","ok"')) throw new Error(replicas);
    });
  }
}

function sentinelFile(port: number, masterPort: number, password: string): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 1`,
    `sentinel down-after-milliseconds ${MASTER_NAME} 500`,
    `sentinel failover-timeout ${MASTER_NAME} 3000`,
    ...(password === '' ? [] : [`sentinel auth-pass ${MASTER_NAME} ${password}`]),
    '',
  ].join('\n');
}
