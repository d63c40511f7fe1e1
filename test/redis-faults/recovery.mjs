// When everything is as before: what one process learns another one knows, and /health says so.
import { setTimeout as wait } from 'node:timers/promises';
import { freshAddress } from '../faults/clients.mjs';

/** Longer than promised, to say how long it takes instead. */
const MOST_WAIT_MS = 40_000;
const POLL_MS = 50;
/** The shared verdict is written after the answer. */
const WRITE_MS = 30;

/** @returns milliseconds until the other process had a verdict without a call of its own, and the addresses used up. */
export async function sharedAgain(instance, witness, mode, mostMs = MOST_WAIT_MS) {
  const startedAt = performance.now();
  for (let addresses = 1; ; addresses += 1) {
    const address = freshAddress();
    await instance.ask(address, mode);
    await wait(WRITE_MS);
    const before = sumOf(await witness.vendorCalls());
    const { status } = await witness.ask(address, mode);
    const isShared = status === 200 && sumOf(await witness.vendorCalls()) === before;
    const ms = performance.now() - startedAt;
    if (isShared || ms > mostMs) {
      const told = await Promise.all([instance, witness].map(async (process) => (await process.health()).redis.all));
      return { ms: isShared ? ms : Infinity, addresses, told };
    }
    await wait(POLL_MS);
  }
}

/** @returns milliseconds until /health said so, `Infinity` when it did not. */
export async function healthSays(instance, status, mostMs = MOST_WAIT_MS) {
  const startedAt = performance.now();
  for (;;) {
    const ms = performance.now() - startedAt;
    if (redisStatusOf(await instance.health()) === status) return ms;
    if (ms > mostMs) return Infinity;
    await wait(POLL_MS);
  }
}

export function redisStatusOf({ redis }) {
  return redis.all.redis_status;
}

export function sumOf(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
