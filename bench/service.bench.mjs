// Start-up time and memory of the whole service with the shipped data: idle, under load, and settled after it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { median } from './side-by-side.mjs';

const STARTS = 5;
const main = join(import.meta.dirname, '../dist/main.js');

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function start() {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: String(port), IP_RISK_FEEDS: 'none' },
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

export async function benchService() {
  const times = [];
  for (let round = 0; round < STARTS; round += 1) {
    const { child, readyMs } = await start();
    times.push(readyMs);
    child.kill();
  }
  console.log(`start to first verdict, packed data, ms`.padEnd(64), Math.round(median(times)));
  if (process.platform !== 'linux') return;
  const { child, url, ask } = await start();
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
  console.log(
    `RSS, shipped data, both families read, MB`.padEnd(64),
    `after start ${started.toFixed(0)}, right after 10 s of load ${loaded.toFixed(0)}, settled ${settled.toFixed(0)} (goal <= 250)`,
  );
}
