import { LRUCache } from 'lru-cache';
import { whenReady, type MaybePromise } from '../../../common/async/maybe-promise.js';
import type { Clock } from '../../../common/clock/clock.js';
import type { SharedCount, SharedCounter } from './shared-counter.js';

export interface CappedWindowsOptions {
  /** Most that are let through in one window, under one key. */
  readonly cap: number;
  readonly windowMs: number;
  readonly clock: Clock;
  readonly counter: SharedCounter | undefined;
}

interface CountedWindow {
  count: number;
  startedAt: number;
  lengthMs: number;
}

/** Keys counted at the same time; the one not asked about for longest goes first. */
const MOST_KEYS = 20_000;

/**
 * Counts up to a cap in fixed windows, one for each key, that begin with the first one counted. The larger of two counts
 * holds: this process's and the shared one. What was heard of the shared one stays when it cannot be had any more.
 */
export class CappedWindows {
  private readonly windows = new LRUCache<string, CountedWindow>({ max: MOST_KEYS });

  constructor(private readonly options: CappedWindowsOptions) {}

  /** False when the cap is reached as far as this process knows: then there is no need to ask the others. */
  hasRoom(key: string): boolean {
    return (this.running(key)?.count ?? 0) < this.options.cap;
  }

  /** Counts one more, here at once. @returns false when the others have used up the cap. */
  take(key: string): MaybePromise<boolean> {
    const { counter, windowMs } = this.options;
    const window = this.running(key) ?? this.begin(key);
    window.count += 1;
    return whenReady(counter?.count(key, windowMs), (shared) => shared === undefined || this.learn(window, shared));
  }

  private begin(key: string): CountedWindow {
    const { clock, windowMs } = this.options;
    const window = { count: 0, startedAt: clock.now(), lengthMs: windowMs };
    this.windows.set(key, window);
    return window;
  }

  private running(key: string): CountedWindow | undefined {
    const window = this.windows.get(key);
    if (window === undefined) return undefined;
    const now = this.options.clock.now();
    // The clock was set back: without this the window would last for as much longer.
    if (now < window.startedAt) window.startedAt = now;
    return now - window.startedAt < window.lengthMs ? window : undefined;
  }

  private learn(window: CountedWindow, { count, leftMs }: SharedCount): boolean {
    const { cap, clock } = this.options;
    window.count = Math.max(window.count, count);
    // It may only become shorter: whatever Redis says, nobody is held for more than a window.
    window.lengthMs = Math.min(window.lengthMs, Math.max(0, clock.now() - window.startedAt) + leftMs);
    return count <= cap;
  }
}
