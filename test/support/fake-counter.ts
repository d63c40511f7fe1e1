import type { SharedCounter } from '../../src/modules/providers/protection/shared-counter.js';
import type { FakeClock } from './fake-clock.js';

export interface FakeCounter extends SharedCounter {
  /** How often it was asked. */
  readonly asked: number;
  /** While it is true nothing is counted and nothing known. */
  isAway: boolean;
  /** When the latest window under the key began. */
  startOf(key: string): number | undefined;
  forgetAll(): void;
}

/** Counts for all brakes of a test, as Redis does: by a clock of its own, and not at once. */
export function fakeCounter(clock: FakeClock): FakeCounter {
  const windows = new Map<string, { count: number; readonly startedAt: number; readonly endsAt: number }>();
  let asked = 0;
  return {
    isAway: false,
    get asked() {
      return asked;
    },
    async count(key, windowMs) {
      asked += 1;
      await Promise.resolve();
      if (this.isAway) return undefined;
      const now = clock.now();
      const running = windows.get(key);
      const window =
        running !== undefined && now < running.endsAt ? running : { count: 0, startedAt: now, endsAt: now + windowMs };
      windows.set(key, window);
      window.count += 1;
      return { count: window.count, leftMs: window.endsAt - now };
    },
    startOf: (key) => windows.get(key)?.startedAt,
    forgetAll: () => {
      windows.clear();
    },
  };
}
