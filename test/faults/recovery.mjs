// After the fault heals, verdicts return within the time that the breaker stays open.
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from './clients.mjs';
import { DEADLINE_MS } from './promises.mjs';

/** A pause that the vendor asks for, and the breaker's own after ten failures. */
export const PAUSES = [
  { fault: { kind: 'rate-limited', retryAfterSeconds: 2 }, openMs: 2_000 },
  { fault: { kind: 'hang' }, openMs: 10_000 },
];
const POLL_MS = 250;
/** For the poll, the lookup and a busy machine. */
const SLACK_MS = 1_500;

/** Every vendor at the same time: the waiting is the whole cost. @returns sentences about those that did not recover. */
export async function recover(stage, vendors, { fault, openMs }) {
  await Promise.all(vendors.map(({ name }) => startBroken(stage, name)));
  for (const { name } of vendors) await stage.sandbox.ask('break', { vendor: name, fault });
  const results = await Promise.all(vendors.map(({ name }) => recoveryOf(stage, name, openMs)));
  return vendors.map(({ name }, index) => ({ vendor: name, fault: fault.kind, ...results[index] }));
}

async function startBroken(stage, name) {
  const settings = { vendor: name, key: stage.keys.get(name), baseUrl: stage.baseUrls[name], deadlineMs: DEADLINE_MS };
  stage.urls.set(name, await stage.app.ask('start', settings));
}

async function recoveryOf({ app, sandbox, urls }, vendor, openMs) {
  const url = urls.get(vendor);
  await Promise.all(Array.from({ length: 12 }, () => ask(url, 'open')));
  const openedAt = performance.now();
  const { breaker } = (await app.ask('report', { vendor })).lane;
  await sandbox.ask('heal', { vendor });
  const mostMs = openMs + SLACK_MS;
  let isBack = false;
  while (!isBack && performance.now() - openedAt < mostMs) {
    await wait(POLL_MS);
    isBack = JSON.parse((await ask(url, 'open')).text).risk?.cause === 'score';
  }
  const afterMs = performance.now() - openedAt;
  await app.ask('close', { vendor });
  const violations = [];
  if (breaker !== 'open') violations.push(`the breaker is ${breaker} after a dozen failures`);
  if (!isBack) violations.push(`no verdict ${Math.round(afterMs)} ms after it opened, though the fault healed`);
  return { afterMs, violations };
}
