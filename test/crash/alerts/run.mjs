// The crash run of alerts: logins come in at a steady rate while the service, its Redis and its PostgreSQL are killed in
// turn. Every acknowledged login must have its rows, and every alert it owes must reach Novu, once, within a minute.
//   --kills 300        kill -9 in all, a third of them of each
//   --rate 200         logins a second
//   --short            four kills at a low rate
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { AlertLedger } from './alert-ledger.mjs';
import { AlertSite } from './alert-site.mjs';
import { LoginStream } from './login-stream.mjs';

const KINDS = ['app', 'redis', 'postgres'];
const KILLS_PER_LOOK = 30;
/** Milliseconds from a recovery to the next kill. */
const RUNNING_MS = [100, 1_500];
const MOST_DELIVERY_MS = 60_000;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    rate: { type: 'string', default: '200' },
    short: { type: 'boolean', default: false },
  },
});
const kills = values.short ? 4 : Number(values.kills);
const perSecond = values.short ? 50 : Number(values.rate);
if (!(Number.isInteger(kills) && kills > 0 && perSecond > 0))
  throw new Error('--kills and --rate are numbers above 0.');

const missing = AlertSite.missing();
if (missing !== undefined) {
  console.log(`ALERT CRASH RUN: left out, because ${missing}.`);
  process.exit(0);
}

const startedAt = performance.now();
const directory = mkdtempSync(join(tmpdir(), 'ip-risk-alert-crash-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const ms = (value) => `${Math.round(value)} ms`;
const violations = [];
const delivery = [];
const site = await AlertSite.start(directory);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void site.stop().finally(() => process.exit(1)));

const base = Date.now();
const stream = new LoginStream({ port: site.service.port, base, perSecond });
const ledger = new AlertLedger({ site, stream, base });

async function killOnce(round) {
  const kind = KINDS[round % KINDS.length];
  await wait(RUNNING_MS[0] + Math.random() * (RUNNING_MS[1] - RUNNING_MS[0]));
  const before = stream.acknowledged.size;
  await site.crash(kind);
  await site.recover(kind);
  const backMs = await stream.flows();
  const count = stream.acknowledged.size;
  console.log(
    `  ${round + 1}: kill -9 of ${kind}, acknowledged again ${ms(backMs)} after it is back (${count - before} more)`,
  );
}

/** Nothing new comes in, everything is up: what is owed has a minute. */
async function look() {
  await stream.stop();
  const began = performance.now();
  while (ledger.undelivered().length > 0 && performance.now() - began < MOST_DELIVERY_MS) await wait(50);
  delivery.push(performance.now() - began);
  const faults = await ledger.faults();
  violations.push(...faults);
  const { size } = stream.acknowledged;
  console.log(
    `  look: ${size} acknowledged, ${ledger.owed().length} alerts owed, all at Novu ${ms(delivery.at(-1))} later, ${faults.length} faults`,
  );
  for (const fault of faults) console.log(`VIOLATION ${fault}`);
}

try {
  stream.start();
  await stream.flows();
  for (let round = 0; round < kills; round += 1) {
    await killOnce(round);
    if ((round + 1) % KILLS_PER_LOOK !== 0 || round + 1 === kills) continue;
    await look();
    stream.start();
  }
  await look();
} catch (error) {
  violations.push('the run did not come to its end');
  console.log(`VIOLATION the run does not come to its end: ${error.stack}\n${site.service.log.slice(-2000)}`);
} finally {
  stream.close();
  await site.stop();
}
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(
  `ALERT CRASH RUN: ${violations.length} violations, ${kills} kills, ${stream.acknowledged.size} logins acknowledged, ` +
    `${ledger.owed().length} alerts owed, ${site.novu.triggers.length} sent, the slowest look ${ms(Math.max(0, ...delivery))}, ${seconds} s`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
process.exit();
