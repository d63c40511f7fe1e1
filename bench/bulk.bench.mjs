// The bulk endpoint over HTTP: its rate against the bare lookups, what it does to a guarded route of the same process,
// and what it does to the process's memory.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import maxmind from 'maxmind';
import { parseIpAddress } from '../dist/common/ip/ip-address.js';
import { openAsnCsv } from '../dist/modules/providers/offline/databases/asn-database.js';
import { shippedAsn, shippedCity } from '../dist/modules/providers/offline/databases/shipped-data.js';
import { bodyOf, randomAddresses, scoreInBulk } from './bulk-client.mjs';
import { judge, median, ratio, show, sideBySide } from './side-by-side.mjs';

const ADDRESSES = 50_000;
const directory = process.env.IP_RISK_DATA_DIR ?? '.data';
const line = (label, text) => console.log(label.padEnd(64), text);

const source = randomAddresses();
const batch = () => Array.from({ length: ADDRESSES }, () => source.next().value);

const start = (file, args) => fork(join(import.meta.dirname, file), args);
const serve = () =>
  new Promise((resolve, reject) => {
    const child = start('bulk-server.mjs', []);
    child.once('message', (port) => resolve({ child, port }));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });

/** Finds an address in the bare city and ASN tables. */
async function rawLookup() {
  const asnData = await shippedAsn();
  const asn = await openAsnCsv(asnData.paths, asnData.date, directory);
  const [city4, city6] = await Promise.all((await shippedCity()).paths.map((path) => maxmind.open(path)));
  return (text) => {
    const address = parseIpAddress(text);
    (address.family === 4 ? city4 : city6).get(text);
    asn.find(address);
  };
}

const RATE_ROUNDS = 9;
const RATE_GOAL = 0.3;

const ownCpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const cpuSecondsOf = (child) =>
  new Promise((resolve) => {
    child.once('message', resolve);
    child.send('cpu');
  });

async function benchRate({ child, port }) {
  const find = await rawLookup();
  const perCpuSecond = { raw: [], bulk: [] };
  const perSecond = async (name, cpuSeconds, task) => {
    const before = await cpuSeconds();
    const began = performance.now();
    await task();
    const rate = (ADDRESSES / (performance.now() - began)) * 1000;
    perCpuSecond[name].push(ADDRESSES / ((await cpuSeconds()) - before));
    return rate;
  };
  const { bulk, raw } = await sideBySide(RATE_ROUNDS, {
    raw: () => {
      const texts = batch();
      return perSecond('raw', ownCpuSeconds, () => texts.forEach((text) => find(text)));
    },
    bulk: () => {
      const body = bodyOf(batch());
      return perSecond(
        'bulk',
        () => cpuSecondsOf(child),
        () => scoreInBulk(port, body, ADDRESSES),
      );
    },
  });
  show('50,000 addresses in bulk over HTTP / raw city + ASN lookups', ratio(bulk, raw), RATE_GOAL);
  console.log(`    medians: bulk ${Math.round(median(bulk))}/s, raw ${Math.round(median(raw))}/s`);
  // What other processes on the machine take of both cannot be seen in this one.
  show('the same for each second of the processor', ratio(perCpuSecond.bulk, perCpuSecond.raw));
}

const LATENCY_ROUNDS = 9;
const REQUESTS = 1500;
const PACE_MS = 2;
const LATENCY_GOAL = 1.5;

/** p95 in milliseconds of a guarded route with a cached address, asked every two milliseconds. */
async function guardedP95(port, agent) {
  const call = () =>
    new Promise((resolve, reject) => {
      const began = performance.now();
      const headers = { 'x-forwarded-for': '8.8.8.8' };
      const sent = request({ host: '127.0.0.1', port, path: '/hit', agent, headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`the guarded route answers ${response.statusCode}`));
        response.resume();
        response.on('end', () => resolve(performance.now() - began));
      });
      sent.on('error', reject);
      sent.end();
    });
  const calls = [];
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      calls.push(call());
      if (calls.length < REQUESTS) return;
      clearInterval(timer);
      resolve();
    }, PACE_MS);
  });
  const times = (await Promise.all(calls)).sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.95)];
}

async function benchLatency(port) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const { beside, alone } = await sideBySide(LATENCY_ROUNDS, {
    alone: () => guardedP95(port, agent),
    beside: async () => {
      const child = start('bulk-client.mjs', [String(port)]);
      // It stands for another machine: it may not take the processor from the server and the guarded route's client.
      setPriority(child.pid, 10);
      // From the first answer on, one list follows the other.
      await new Promise((resolve) => child.once('message', resolve));
      const p95 = await guardedP95(port, agent);
      if (child.exitCode !== null) throw new Error('the bulk client has ended');
      child.kill();
      return p95;
    },
  });
  agent.destroy();
  const { ratio: value, least, most } = ratio(beside, alone);
  line(
    'p95 of a guarded route beside a bulk of 50,000 / without it',
    `${value.toFixed(2)}  [${least.toFixed(2)}-${most.toFixed(2)}]${judge(value <= LATENCY_GOAL, `goal <= ${LATENCY_GOAL}`)}`,
  );
  console.log(`    medians: beside ${median(beside).toFixed(2)} ms, without ${median(alone).toFixed(2)} ms`);
}

const MEMORY_ROUNDS = 20;
const MOST_RISE_MB = 30;

/** Resident set in MB (10^6 bytes) as Linux counts it. */
const rssMb = (pid) => (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024) / 1e6;

async function benchMemory({ child, port }) {
  const rss = [];
  for (let round = 0; round < MEMORY_ROUNDS; round += 1) {
    await scoreInBulk(port, bodyOf(batch()), ADDRESSES);
    rss.push(rssMb(child.pid));
  }
  const half = MEMORY_ROUNDS / 2;
  const rise = median(rss.slice(half)) - median(rss.slice(0, half));
  line(
    `RSS of the later ${half} of ${MEMORY_ROUNDS} bulks over the earlier, MB`,
    `${rise.toFixed(0)}${judge(rise <= MOST_RISE_MB, `goal <= ${MOST_RISE_MB}`)}`,
  );
  console.log(`    first ${Math.round(rss[0])} MB, most ${Math.round(Math.max(...rss))} MB`);
}

export async function benchBulk() {
  const server = await serve();
  await benchRate(server);
  await benchLatency(server.port);
  if (process.platform === 'linux') await benchMemory(server);
  server.child.removeAllListeners('exit');
  server.child.kill();
}
