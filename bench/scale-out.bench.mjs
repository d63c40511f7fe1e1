// The service as one process and as two that share a Redis Cluster of three masters. There is no goal: how much a second
// process brings depends on how many processors are left for it beside the clients, Redis and the vendor.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { freePort, hasRedis, startCluster } from './redis-process.mjs';
import { median, ratio, show, sideBySide } from './side-by-side.mjs';

const ROUNDS = 7;
const ADDRESSES = 1000;
const CONNECTIONS = 32;
const SECONDS = 3;
const main = join(import.meta.dirname, '../dist/main.js');

const bodies = Array.from({ length: ADDRESSES }, (_, index) =>
  JSON.stringify({ ip_address: `81.${index % 200}.${index >> 8}.${index & 255}` }),
);
const headers = { 'content-type': 'application/json' };

const startSandbox = () =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'sandbox-process.mjs'));
    child.once('message', (baseUrls) => resolve({ child, baseUrls }));
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });

async function startService(variables) {
  const port = await freePort();
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...variables, PORT: String(port) },
    stdio: 'ignore',
  });
  // Also when the bench fails.
  process.once('exit', () => child.kill());
  const url = `http://127.0.0.1:${port}/v1/ips/risk`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    try {
      const { ok } = await fetch(url, { method: 'POST', headers, body: bodies[0] });
      if (ok) return { child, url };
    } catch {
      // It does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Asks about every address, one after the other, until the process knows it: the vendor's lane is not what is measured. */
async function fill({ url }) {
  for (const body of bodies) {
    for (let attempt = 0; ; attempt += 1) {
      const { ok, status } = await fetch(url, { method: 'POST', headers, body });
      if (ok) break;
      if (attempt === 20) throw new Error(`the service answers ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** Requests answered a second by all processes together, with the clients split between them. */
async function load(services) {
  const runs = services.map(({ url }, index) => {
    let next = Math.floor((index * ADDRESSES) / services.length);
    const setupRequest = (options) => ({ ...options, body: bodies[(next += 1) % ADDRESSES] });
    return autocannon({
      url,
      method: 'POST',
      headers,
      connections: CONNECTIONS / services.length,
      duration: SECONDS,
      requests: [{ method: 'POST', setupRequest }],
    });
  });
  const results = await Promise.all(runs);
  const answered = results.reduce((sum, result) => sum + result['2xx'], 0);
  const failed = results.reduce((sum, { non2xx, errors }) => sum + non2xx + errors, 0);
  // On a busy machine the vendor is late now and then, and a request without a verdict is a 503.
  if (failed > answered / 100) throw new Error(`${failed} requests failed beside ${answered}`);
  return answered / SECONDS;
}

export async function benchScaleOut() {
  if (!hasRedis('scale-out')) return;
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-bench-'));
  const [cluster, sandbox] = await Promise.all([startCluster(), startSandbox()]);
  const variables = {
    REDIS_URL: cluster.url,
    IP_RISK_PROVIDERS: 'offline,ipgeolocation',
    IPGEO_API_KEY: 'bench',
    IPGEO_BASE_URL: sandbox.baseUrls.ipgeolocation,
    IP_RISK_FEEDS: 'none',
    IP_RISK_DATA_DIR: directory,
    // What is measured is not how soon a client is slowed down.
    IP_RISK_THROTTLE_LIMIT: '0',
  };
  const one = await startService(variables);
  const other = await startService(variables);
  await fill(one);
  await fill(other);
  const { alone, together } = await sideBySide(ROUNDS, {
    alone: () => load([one]),
    together: () => load([one, other]),
  });
  for (const { child } of [one, other]) child.kill();
  sandbox.child.kill();
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
  show('two processes on a Redis Cluster / one, requests/s', ratio(together, alone));
  const medians = `one ${Math.round(median(alone))}/s, two ${Math.round(median(together))}/s`;
  console.log(
    `    medians: ${medians}; ${availableParallelism()} processors for them, the clients, Redis and the vendor`,
  );
}
