// A Redis Cluster of three masters without replicas, of the run's own.
import { setTimeout as wait } from 'node:timers/promises';
import { freePort, RedisServer } from './redis-server.mjs';

const SLOTS = 16_384;
const MASTERS = 3;
const MOST_WAIT_MS = 15_000;
/** Milliseconds after which the others call a silent node dead. */
const NODE_TIMEOUT_MS = 1_000;

export class RedisCluster {
  masters = [];

  /** Serves the slots that are left when a master is gone: what is cached there is only asked for again. */
  static async start(directory) {
    const cluster = new RedisCluster();
    const busPorts = [];
    for (let index = 0; index < MASTERS; index += 1) {
      busPorts.push(await freePort());
      const node = ['--cluster-enabled', 'yes', '--cluster-port', String(busPorts[index])];
      const life = ['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--cluster-require-full-coverage', 'no'];
      cluster.masters.push(await RedisServer.start(directory, [...node, ...life]));
    }
    await cluster.#join(busPorts);
    return cluster;
  }

  get url() {
    return `redis+cluster://${this.masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  async stop() {
    await Promise.all(this.masters.map((master) => master.stop()));
  }

  async #join(busPorts) {
    const border = (index) => Math.ceil((index * SLOTS) / MASTERS);
    for (const [index, { looker }] of this.masters.entries()) {
      await looker.call('CLUSTER', 'ADDSLOTSRANGE', border(index), border(index + 1) - 1);
      if (index > 0) await looker.call('CLUSTER', 'MEET', '127.0.0.1', this.masters[0].port, busPorts[0]);
    }
    const startedAt = performance.now();
    for (const { looker } of this.masters) {
      while (!(await isJoined(looker))) {
        if (performance.now() - startedAt > MOST_WAIT_MS) throw new Error('The masters did not become a cluster.');
        await wait(50);
      }
    }
  }
}

async function isJoined(looker) {
  const info = await looker.call('CLUSTER', 'INFO');
  return info.includes('cluster_state:ok') && info.includes(`cluster_size:${MASTERS}`);
}
