import { LRUCache } from 'lru-cache';
import type { Clock } from '../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';

interface Entry<V> {
  readonly value: V;
  readonly storedAt: number;
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

  /** @throws InvalidConfigurationError unless `maxEntries` is a whole number above 0. */
  constructor({ maxEntries = 50_000, clock }: MemoryCacheOptions) {
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
      throw new InvalidConfigurationError(`cacheEntries: ${String(maxEntries)} is not a whole number above 0.`);
    }
    this.entries = new LRUCache({ max: maxEntries });
    this.clock = clock;
  }

  /** The value, or `undefined` once its time is over. */
  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.clock.now();
    // An entry from the future is there because the clock was set back; it would outlive its time by as much.
    return now >= entry.storedAt && now < entry.expiresAt ? entry.value : undefined;
  }

  /** @param ttlSeconds 0 or less keeps nothing. */
  set(key: string, value: V, ttlSeconds: number): void {
    if (!(ttlSeconds > 0)) return;
    const storedAt = this.clock.now();
    this.entries.set(key, { value, storedAt, expiresAt: storedAt + ttlSeconds * 1000 });
  }

  clear(): void {
    this.entries.clear();
  }
}
