import { eventually } from './eventually.js';
import { freePort, RedisProcess } from './redis-process.js';

const SLOTS = 16_384;
const MASTERS = 3;
/** Milliseconds after which the others call a silent node dead. */
const NODE_TIMEOUT_MS = 500;

export interface RedisClusterOptions {
  readonly password?: string;
  /** Whether all masters stop serving while the slots of one are not served, as is the default of Redis. */
  readonly fullCoverage?: boolean;
}

/** A Redis Cluster of three masters without replicas, of the test's own; each has a third of the slots. */
export class RedisCluster {
  private constructor(
    readonly masters: readonly RedisProcess[],
    private readonly password: string,
  ) {}

  static async start({ password = '', fullCoverage = true }: RedisClusterOptions = {}): Promise<RedisCluster> {
    const busPorts: number[] = [];
    for (let index = 0; index < MASTERS; index += 1) busPorts.push(await freePort());
    const masters = await Promise.all(
      busPorts.map((busPort) => RedisProcess.start(password, nodeOptions(busPort, fullCoverage))),
    );
    const cluster = new RedisCluster(masters, password);
    await cluster.join(busPorts);
    return cluster;
  }

  get url(): string {
    const hosts = this.masters.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return `redis+cluster://${this.password === '' ? '' : `:${this.password}@`}${hosts}`;
  }

  /** The master that has the slots of that third: 0, 1 or 2. */
  master(index: number): RedisProcess {
    const master = this.masters[index];
    if (master === undefined) throw new Error(`There is no master ${index}.`);
    return master;
  }

  /** A key of that master's, other with each number. */
  async keyAt(index: number, number = 0): Promise<string> {
    const [from, to] = slotsOf(index);
    for (let attempt = 0; ; attempt += 1) {
      const key = `key-${number}-${attempt}`;
      const slot = Number(await this.someMaster().look('CLUSTER', 'KEYSLOT', key));
      if (slot >= from && slot <= to) return key;
    }
  }

  /** Until every master that runs says that the cluster is as told. */
  async becomes(state: 'ok' | 'fail', masters = this.masters): Promise<void> {
    for (const master of masters) {
      await eventually(async () => {
        const info = String(await master.look('CLUSTER', 'INFO'));
        if (!info.includes(`cluster_state:${state}`)) throw new Error(info);
      });
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.masters.map((master) => master.close()));
  }

  private someMaster(): RedisProcess {
    return this.masters.find(({ isRunning }) => isRunning) ?? this.master(0);
  }

  private async join(busPorts: readonly number[]): Promise<void> {
    const first = this.master(0);
    for (const [index, master] of this.masters.entries()) {
      await master.look('CLUSTER', 'ADDSLOTSRANGE', ...slotsOf(index).map(String));
      if (index > 0) await master.look('CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(busPorts[0]));
    }
    await this.becomes('ok');
  }
}

function nodeOptions(busPort: number, fullCoverage: boolean): string[] {
  return [
    ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-port', String(busPort)],
    ...['--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
    ...['--cluster-require-full-coverage', fullCoverage ? 'yes' : 'no'],
  ];
}

function slotsOf(index: number): [from: number, to: number] {
  return [Math.ceil((index * SLOTS) / MASTERS), Math.ceil(((index + 1) * SLOTS) / MASTERS) - 1];
}
