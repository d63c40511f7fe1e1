// The end-to-end suites as they are, with every application of theirs on one Redis Cluster of three masters. What follows
// the script's name goes to jest: `node test/scale/e2e-on-cluster.mjs --testPathPatterns guarded`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisCluster } from './redis-cluster.mjs';
import { isRedisInstalled } from './redis-server.mjs';

const PROJECT = join(import.meta.dirname, '../..');
const JEST = join(PROJECT, 'node_modules/jest/bin/jest.js');

async function runOn(cluster) {
  const args = [JEST, '--selectProjects', 'e2e', '--runInBand', ...process.argv.slice(2)];
  const env = { ...process.env, TEST_REDIS_URL: cluster.url };
  const jest = spawn(process.execPath, args, { cwd: PROJECT, env, stdio: 'inherit' });
  // Whoever ends the script ends jest, and the cluster after it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => jest.kill(signal));
  const [code] = await once(jest, 'exit');
  const keys = await Promise.all(cluster.masters.map(({ looker }) => looker.dbsize()));
  console.log(`keys that the suites left on the masters: ${keys.join(', ')}`);
  return code ?? 1;
}

if (!isRedisInstalled()) {
  console.log(
    'redis-server is not installed, so nothing was run; "node scripts/ensure-servers.mjs" says how to get it.',
  );
} else {
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-e2e-cluster-'));
  const cluster = await RedisCluster.start(directory);
  try {
    process.exitCode = await runOn(cluster);
  } finally {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
