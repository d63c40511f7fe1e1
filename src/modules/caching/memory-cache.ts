import { LRUCache } from 'lru-cache';
import type { Clock } from '../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { isFresh, type CacheEntry } from './cache-entry.js';

export interface MemoryCacheOptions {
  /** Entries kept; the least recently used goes first. @default 50000 */
  readonly maxEntries?: number;
  readonly clock: Clock;
}

/** Bounded in-process cache; every entry has its own times. Knows nothing of what it holds. */
export class MemoryCache<V extends object> {
  private readonly entries: LRUCache<string, CacheEntry<V>>;
  private readonly clock: Clock;

  /** @throws InvalidConfigurationError unless `maxEntries` is a whole number above 0. */
  constructor({ maxEntries = 50_000, clock }: MemoryCacheOptions) {
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
      throw new InvalidConfigurationError(`cache.entries: ${String(maxEntries)} is not a whole number above 0.`);
    }
    this.entries = new LRUCache({ max: maxEntries });
    this.clock = clock;
  }

  /** The value while it is fresh. */
  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && isFresh(entry, this.clock.now()) ? entry.value : undefined;
  }

  /** The entry, fresh or stale, until nobody may be served it any more. */
  find(key: string): CacheEntry<V> | undefined {
    const entry = this.entries.get(key);
    const now = this.clock.now();
    return entry !== undefined && now >= entry.storedAt && now < entry.staleUntil ? entry : undefined;
  }

  /** Takes the place of what was there; what is not fresh for any time at all is not kept and ends it all the same. */
  put(key: string, entry: CacheEntry<V>): void {
    if (entry.freshUntil > entry.storedAt) this.entries.set(key, entry);
    else this.entries.delete(key);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }
}
