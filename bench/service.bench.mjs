// Start-up time and memory of the whole service with the shipped data: idle, under load, and settled after it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { judge, median } from './side-by-side.mjs';

const STARTS = 5;
const main = join(import.meta.dirname, '../dist/main.js');

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function start(dataDirectory) {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      PORT: String(port),
      IP_RISK_FEEDS: 'none',
      IP_RISK_THROTTLE_LIMIT: '0',
      IP_RISK_DATA_DIR: dataDirectory,
    },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}/v1/ips/risk`;
  const ask = (ip) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ip_address: ip }),
    });
  for (;;) {
    try {
      if ((await ask('8.8.8.8')).ok) break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  return { child, url, ask, readyMs: performance.now() - began };
}

/** Resident set in MB (10^6 bytes) as Linux counts it. */
const rssMb = (pid) => (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024) / 1e6;

const MOST_MS = 3000;
const MOST_MB = 250;
const line = (label, text) => console.log(label.padEnd(64), text);

export async function benchService() {
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-bench-'));
  const times = [];
  for (let round = 0; round <= STARTS; round += 1) {
    const { child, readyMs } = await start(directory);
    times.push(readyMs);
    child.kill();
  }
  const [first, ...later] = times;
  line(
    'start to first verdict, first start (packs the ASN table), ms',
    Math.round(first) + judge(first <= MOST_MS, 'goal <= 3000'),
  );
  line('start to first verdict, later starts, ms', Math.round(median(later)));
  if (process.platform === 'linux') await benchMemory(directory);
  rmSync(directory, { recursive: true, force: true });
}

async function benchMemory(directory) {
  const { child, url, ask } = await start(directory);
  for (let index = 0; index < 2000; index += 1)
    await ask(index % 2 ? `2a02:${index.toString(16)}::1` : `81.${index % 256}.7.9`);
  const started = rssMb(child.pid);
  await autocannon({
    url,
    method: 'POST',
    connections: 32,
    duration: 10,
    headers: { 'content-type': 'application/json' },
    body: '{"ip_address":"8.8.8.8"}',
  });
  const loaded = rssMb(child.pid);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  const settled = rssMb(child.pid);
  child.kill();
  line('RSS after 2,000 addresses of both families, MB', Math.round(started));
  line('RSS right after 10 s of load, MB', Math.round(loaded));
  line('RSS a minute later, MB', Math.round(settled) + judge(settled <= MOST_MB, `goal <= ${MOST_MB}`));
}
