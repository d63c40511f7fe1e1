import { LRUCache } from 'lru-cache';
import type { Clock } from '../../common/clock/clock.js';

interface Entry<V> {
  readonly value: V;
  readonly expiresAt: number;
}

export interface MemoryCacheOptions {
  /** Entries kept; the least recently used goes first. @default 50000 */
  readonly maxEntries?: number;
  readonly clock: Clock;
}

/** Bounded in-process cache with a time to live for each entry. Knows nothing of what it holds. */
export class MemoryCache<V extends object> {
  private readonly entries: LRUCache<string, Entry<V>>;
  private readonly clock: Clock;

  constructor({ maxEntries = 50_000, clock }: MemoryCacheOptions) {
    this.entries = new LRUCache({ max: maxEntries });
    this.clock = clock;
  }

  /** The value, or `undefined` once its time is over. */
  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.expiresAt > this.clock.now() ? entry.value : undefined;
  }

  /** @param ttlSeconds 0 or less keeps nothing. */
  set(key: string, value: V, ttlSeconds: number): void {
    if (ttlSeconds > 0) this.entries.set(key, { value, expiresAt: this.clock.now() + ttlSeconds * 1000 });
  }

  clear(): void {
    this.entries.clear();
  }
}
