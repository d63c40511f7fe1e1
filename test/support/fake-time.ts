import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FakeClock } from './fake-clock.js';

export interface Timed<T> {
  readonly value: T;
  /** What the clock moved on until the work was done. */
  readonly ms: number;
}

/** Moves the clock on step by step until the work is done, and says how long it took. */
export async function timed<T>(clock: FakeClock, work: T | Promise<T>, stepMs = 10): Promise<Timed<T>> {
  const startedAt = clock.now();
  const done = Promise.resolve(work).then((value): Timed<T> => ({ value, ms: clock.now() - startedAt }));
  for (let step = 0; step < 10_000; step += 1) {
    const result = await Promise.race([done, nextTurn()]);
    if (result !== undefined) return result;
    clock.advance(stepMs);
  }
  throw new Error('It is not done after 10000 steps.');
}

/** A promise that is kept when the clock has moved on by so much. */
export function later<T>(clock: FakeClock, ms: number, value: () => T | Promise<T>): Promise<T> {
  return new Promise<void>((resolve) => clock.after(ms, resolve)).then(value);
}

/** Lets everything that does not wait for the clock come to its end. */
export async function settled(): Promise<void> {
  await nextTurn();
}
