// One cell of the matrix: a fresh app, one fault at its vendor, and requests to one of its routes.
import { setTimeout as wait } from 'node:timers/promises';
import { ask, sendRequests } from './clients.mjs';
import { brokenPromises, DEADLINE_MS, doubtfulPromises } from './promises.mjs';
import { nameOf } from './fault-matrix.mjs';
import { Tally } from './tally.mjs';

/** Milliseconds before a cell with a late answer runs again: what the machine was busy with is over by one of them. */
const PAUSES_MS = [1_000, 4_000, 10_000];

/** @returns what was counted, and the violations in sentences. */
export async function runCell(stage, vendor, variant, mode, requests) {
  for (let repeats = 0; ; repeats += 1) {
    const counted = await countCell(stage, vendor, variant, mode, requests);
    const broken = brokenPromises(counted);
    const doubtful = doubtfulPromises(counted);
    const isSure = broken.length > 0 || doubtful.length === 0;
    if (isSure || repeats === PAUSES_MS.length) return { ...counted, repeats, violations: [...broken, ...doubtful] };
    await wait(PAUSES_MS[repeats]);
  }
}

async function countCell({ app, sandbox, canaries, keys, baseUrls }, vendor, variant, mode, requests) {
  const { name } = vendor;
  const place = `${name}, ${nameOf(variant)}, ${mode}`;
  await sandbox.ask('play', { vendor: name, fault: variant.fault });
  const settings = { vendor: name, key: keys.get(name), baseUrl: baseUrls[name], deadlineMs: DEADLINE_MS };
  const url = await app.ask('start', settings);
  const tally = new Tally(mode);
  await sendRequests(url, mode, requests, (answer) => {
    tally.take(answer);
    canaries.look(`an answer (${place})`, `${answer.headers}\n${answer.text}`);
  });
  const { headers, text } = await ask(url, 'health', undefined);
  canaries.look(`/health (${place})`, `${headers}\n${text}`);
  const report = await app.ask('report', { vendor: name });
  canaries.look(`the counters (${place})`, JSON.stringify(report));
  const counts = await settledCounts(sandbox, name);
  await app.ask('close', { vendor: name });
  for (const [who, child] of Object.entries({ app, sandbox })) {
    canaries.look(`the output of the ${who} (${place})`, child.newOutput(canaries.overlap));
  }
  return { vendor, variant, mode, tally, report, health: JSON.parse(text), counts };
}

/** Requests that the app gave up on may still wait in the sandbox's sockets behind answers of ten megabytes. */
async function settledCounts(sandbox, vendor) {
  for (let before = await sandbox.ask('counts', { vendor }); ;) {
    await wait(20);
    const now = await sandbox.ask('counts', { vendor });
    if (now.requests === before.requests) return now;
    before = now;
  }
}
