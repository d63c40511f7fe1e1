// Redis servers of the bench's own, on free ports, that keep nothing.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** Says why a part is left out where there is no Redis. */
export function hasRedis(part) {
  const isInstalled = spawnSync('redis-server', ['--version']).status === 0;
  if (!isInstalled)
    console.log(`${part}: left out, because redis-server is not installed (Debian: apt-get install redis-server).`);
  return isInstalled;
}

export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function launch(...options) {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-bench-redis-'));
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory];
  const child = spawn('redis-server', [...own, ...options], { stdio: 'ignore' });
  const end = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  // Also when the bench fails.
  process.once('exit', end);
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
  // Refused until the server listens.
  client.on('error', () => undefined);
  await client.ping();
  const stop = async () => {
    client.disconnect();
    process.off('exit', end);
    const ended = once(child, 'exit');
    end();
    await ended;
  };
  return { port, client, stop };
}

/** @returns its URL, a client of the bench's own, and what ends both. */
export async function startRedis() {
  const { port, client, stop } = await launch();
  return { url: `redis://127.0.0.1:${port}`, client, stop };
}

/** Three masters without replicas. */
export async function startCluster() {
  const options = ['--cluster-enabled', 'yes', '--cluster-port'];
  const nodes = [];
  for (let node = 0; node < 3; node += 1) nodes.push(await launch(...options, String(await freePort())));
  const stop = () => Promise.all(nodes.map((node) => node.stop()));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const { status, stdout } = spawnSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
  const isReady = async ({ client }) => /cluster_state:ok/.test(await client.cluster('INFO'));
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await Promise.all(nodes.map(isReady))).every(Boolean)) {
      return { url: `redis+cluster://${addresses.join(',')}`, clients: nodes.map(({ client }) => client), stop };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`the cluster did not come up (${status}): ${stdout}`);
}
