import { LRUCache } from 'lru-cache';
import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import type { CacheCounts } from './cache-counts.js';
import { entryOf, isFresh, type CacheEntry, type CacheLife } from './cache-entry.js';
import { MemoryCache } from './memory-cache.js';
import type { Lease, SharedEntry, SharedTier } from './shared-tier.js';
import { SingleFlight, type Flight } from './single-flight.js';

export interface TieredCacheOptions<V> {
  readonly clock: Clock;
  /** Entries kept in memory. @default 50000 */
  readonly maxEntries?: number;
  readonly shared?: SharedTier | undefined;
  /** How long a value serves. */
  readonly lifeOf: (value: V) => CacheLife;
  /** True for a value that says "not now": it stands beside what is known, is kept here only, and never shared. */
  readonly isFailure: (value: V) => boolean;
  /** Milliseconds after which nobody waits any longer for what another process loads, looking for it included. */
  readonly waitMs: number;
  /** Milliseconds after which a process that loads counts as lost. */
  readonly leaseMs: number;
}

/** A value, and what other processes make it out of. */
export interface Loaded<V> {
  readonly value: V;
  /** What JSON can hold; `undefined` is not shared. */
  readonly data: unknown;
}

export interface Reviver<V> {
  /** Makes the value out of what another process shared; `undefined` for data of any other form, as if it throws. */
  revive(data: unknown, storedAt: number): V | undefined;
}

/** How one value is come by. */
export interface CacheWork<V> extends Reviver<V> {
  /**
   * Makes it anew.
   *
   * @param spentMs milliseconds that were spent on looking for it.
   * @param isKnown true where one is there whose time is over.
   */
  load(spentMs: number, isKnown: boolean): MaybePromise<Loaded<V>>;
}

export interface Hit<V> {
  readonly value: V;
  /** Its time is over; it stands in for a newer one. */
  readonly isStale: boolean;
}

/** One key that is being come by. */
interface Quest<V> {
  readonly key: string;
  readonly work: CacheWork<V>;
  readonly flight: Flight;
}

/** What asking for the lease came to. */
interface Turn<V> {
  readonly value: V | undefined;
  readonly lease: Lease | undefined;
  readonly isTaken: boolean;
}

/** Failures are small and short-lived; those of one attack must not push out what is known. */
const MAX_FAILURES = 10_000;
/** Milliseconds by which another process's clock may be ahead. */
const MOST_SKEW_MS = 60_000;
/** Other processes that fail one after the other are waited for so often; a clock that is set back could not end it. */
const MOST_WAITS = 8;

/**
 * Memory over a tier that processes share: one load for each key at a time, over all of them. Serves what is stale to
 * those who take it, while it is renewed or where it cannot be. Knows nothing of what it holds.
 */
export class TieredCache<V extends object> {
  private readonly known: MemoryCache<V>;
  private readonly failures: MemoryCache<V>;
  private readonly flights = new SingleFlight<V>();
  private readonly forgottenAt = new LRUCache<string, number>({ max: MAX_FAILURES });
  private readonly shared = { hit: 0, miss: 0, unavailable: 0 };
  private stale = 0;
  private failed = 0;

  constructor(private readonly options: TieredCacheOptions<V>) {
    const { clock, maxEntries, shared } = options;
    this.known = new MemoryCache({ clock, ...(maxEntries === undefined ? {} : { maxEntries }) });
    this.failures = new MemoryCache({ clock, maxEntries: MAX_FAILURES });
    shared?.onForget((key) => {
      this.drop(key);
    });
  }

  /** The value while it is fresh and in memory. */
  peek(key: string): V | undefined {
    return this.known.get(key);
  }

  /** @param takesStale whether a value whose time is over will do where no newer one is at hand. */
  resolve(key: string, takesStale: boolean, work: CacheWork<V>): MaybePromise<Hit<V>> {
    const entry = this.known.find(key);
    const now = this.options.clock.now();
    if (entry !== undefined && isFresh(entry, now)) return { value: entry.value, isStale: false };
    const failure = this.failures.get(key);
    if (failure !== undefined) {
      this.failed += 1;
      return this.instead(key, failure, takesStale);
    }
    if (entry !== undefined && takesStale && now < entry.renewUntil) {
      this.stale += 1;
      this.renew(key, work);
      return { value: entry.value, isStale: true };
    }
    return whenReady(this.fly(key, work), (value) => this.instead(key, value, takesStale));
  }

  /** What is shared, without loading it, and without keeping it: that would drive out what requests ask for. */
  async fromShared(key: string, work: Reviver<V>): Promise<V | undefined> {
    const { shared, clock } = this.options;
    if (shared?.isUp !== true) return undefined;
    const entry = this.entryIn(await shared.read(key), work);
    return entry !== undefined && isFresh(entry, clock.now()) ? entry.value : undefined;
  }

  /** Keeps what was made elsewhere, unless it was to be forgotten meanwhile. @param since when it was asked for. */
  keep(key: string, { value, data }: Loaded<V>, since: number): void {
    const { shared } = this.options;
    if ((this.forgottenAt.get(key) ?? -Infinity) >= since) return;
    const ttlMs = this.remember(key, value);
    if (ttlMs > 0 && data !== undefined && shared?.isUp === true) {
      void shared.put(key, { data, storedAt: this.options.clock.now() }, ttlMs);
    }
  }

  /** What became of {@link resolve}, where nothing fresh was in memory. */
  counts(): Omit<CacheCounts, 'memory'> {
    return { shared: { ...this.shared }, stale: this.stale, failures: this.failed };
  }

  /** @returns false where other processes may still know it. */
  async forget(key: string): Promise<boolean> {
    const { shared } = this.options;
    this.drop(key);
    if (shared === undefined) return true;
    const isDone = await shared.forget(key);
    // Again: a request may have found the shared entry a moment before it was deleted.
    this.drop(key);
    return isDone;
  }

  /** With what is under way: it was asked for before. */
  private drop(key: string): void {
    this.forgottenAt.set(key, this.options.clock.now());
    this.known.delete(key);
    this.failures.delete(key);
    this.flights.abandon(key);
  }

  /** The value; in the place of a failure what is stale, for those who take it. */
  private instead(key: string, value: V, takesStale: boolean): Hit<V> {
    const entry = takesStale && this.options.isFailure(value) ? this.known.find(key) : undefined;
    if (entry === undefined) return { value, isStale: false };
    this.stale += 1;
    return { value: entry.value, isStale: true };
  }

  /** Whoever asked is answered already: an error, thrown or rejected, has nobody to be told. */
  private renew(key: string, work: CacheWork<V>): void {
    const renewal = async (): Promise<void> => {
      await this.fly(key, work);
    };
    renewal().catch(() => undefined);
  }

  private fly(key: string, work: CacheWork<V>): MaybePromise<V> {
    const { shared } = this.options;
    return this.flights.run(key, (flight) => {
      if (shared?.isUp === true) return this.fetch(shared, { key, work, flight });
      if (shared !== undefined) this.shared.unavailable += 1;
      return whenReady(work.load(0, this.known.find(key) !== undefined), ({ value }) => {
        this.remember(key, value, flight);
        return value;
      });
    });
  }

  private async fetch(shared: SharedTier, quest: Quest<V>): Promise<V> {
    const { clock, waitMs } = this.options;
    const startedAt = clock.now();
    const spentMs = (): number => Math.max(0, clock.now() - startedAt);
    const found = this.takeFresh(quest, await shared.read(quest.key));
    if (found !== undefined) return this.hit(found);
    let turn = await this.enter(shared, quest);
    for (let waits = 0; turn.isTaken && spentMs() < waitMs && waits < MOST_WAITS; waits += 1) {
      const landed = this.takeFresh(quest, await shared.landed(quest.key, waitMs - spentMs()));
      if (landed !== undefined) return this.hit(landed);
      // Who had the lease failed or is late. Once the wait is over the request goes on without it.
      turn = await this.enter(shared, quest);
    }
    if (turn.value !== undefined) return this.hit(turn.value);
    this.shared.miss += 1;
    return this.loadUnder(turn.lease, quest, spentMs());
  }

  private hit(value: V): V {
    this.shared.hit += 1;
    return value;
  }

  /** Asks for the lease; what came meanwhile makes it needless. */
  private async enter(shared: SharedTier, quest: Quest<V>): Promise<Turn<V>> {
    const answer = await shared.lease(quest.key, this.options.leaseMs);
    const value = this.takeFresh(quest, answer?.entry);
    if (value !== undefined) void answer?.lease?.release();
    const isTaken = value === undefined && answer !== undefined && answer.lease === undefined;
    return { value, lease: answer?.lease, isTaken };
  }

  /** Nobody waits for what the lease ends with: the value is known. */
  private async loadUnder(lease: Lease | undefined, { key, work, flight }: Quest<V>, spentMs: number): Promise<V> {
    try {
      const { value, data } = await work.load(spentMs, this.known.find(key) !== undefined);
      const ttlMs = this.remember(key, value, flight);
      // Also where the flight was abandoned: the lease knows best, it ended with what was to be forgotten.
      if (ttlMs > 0 && data !== undefined) void lease?.put({ data, storedAt: this.options.clock.now() }, ttlMs);
      else void lease?.release();
      return value;
    } catch (error) {
      void lease?.release();
      throw error;
    }
  }

  /** @returns milliseconds for which others may have it, 0 for a failure. */
  private remember(key: string, value: V, flight?: Flight): number {
    const { clock, lifeOf, isFailure } = this.options;
    const entry = entryOf(value, clock.now(), lifeOf(value));
    const isKept = flight?.isAbandoned !== true;
    if (isFailure(value)) {
      if (isKept) this.failures.put(key, entry);
      return 0;
    }
    if (isKept) {
      this.known.put(key, entry);
      this.failures.delete(key);
    }
    // One that is not kept takes the place of an older one in the other processes, too, and is gone at once.
    return entry.freshUntil > entry.storedAt ? entry.staleUntil - entry.storedAt : 1;
  }

  private takeFresh(quest: Quest<V>, shared: SharedEntry | undefined): V | undefined {
    const entry = this.take(quest, shared);
    return entry !== undefined && isFresh(entry, this.options.clock.now()) ? entry.value : undefined;
  }

  /** Takes a shared entry into memory, unless what is there is newer. */
  private take({ key, work, flight }: Quest<V>, shared: SharedEntry | undefined): CacheEntry<V> | undefined {
    const entry = this.entryIn(shared, work);
    if (entry === undefined) return undefined;
    const known = this.known.find(key);
    if (known !== undefined && known.storedAt > entry.storedAt) return known;
    if (!flight.isAbandoned) this.known.put(key, entry);
    return entry;
  }

  /** Its life is by our settings, not by the writer's. */
  private entryIn(shared: SharedEntry | undefined, work: Reviver<V>): CacheEntry<V> | undefined {
    const { clock, lifeOf, isFailure } = this.options;
    const now = clock.now();
    if (shared === undefined || shared.storedAt > now + MOST_SKEW_MS) return undefined;
    const storedAt = Math.min(shared.storedAt, now);
    try {
      const value = work.revive(shared.data, storedAt);
      return value === undefined || isFailure(value) ? undefined : entryOf(value, storedAt, lifeOf(value));
    } catch {
      return undefined;
    }
  }
}
