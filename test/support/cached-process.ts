import type { CacheLife } from '../../src/modules/caching/cache-entry.js';
import type { SharedTier } from '../../src/modules/caching/shared-tier.js';
import { TieredCache, type CacheWork, type Hit, type Loaded } from '../../src/modules/caching/tiered-cache.js';
import type { FakeClock } from './fake-clock.js';
import { later } from './fake-time.js';

/** What a cache holds in a test: a number that grows with every load, or a failure. */
export interface Value {
  readonly number: number;
  readonly fails: boolean;
}

export const LIFE: CacheLife = { freshMs: 60_000, renewMs: 10_000, staleMs: 30_000 };
export const FAILURE_MS = 10_000;
export const WAIT_MS = 150;
export const LEASE_MS = 800;

/** Counts the loads of all processes of a test. */
export class Loads {
  started = 0;
  private running = 0;
  mostAtOnce = 0;

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.started += 1;
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    return work().finally(() => (this.running -= 1));
  }
}

/** One process with a cache, whose loads take as long and come to what the test says. */
export class CachedProcess {
  readonly cache: TieredCache<Value>;
  readonly own = new Loads();
  life = LIFE;
  /** Milliseconds that a load takes. */
  takesMs = 20;
  outcome: 'value' | 'failure' | 'rejection' | 'throw' | 'never' = 'value';
  readonly spentMs: number[] = [];

  constructor(
    readonly clock: FakeClock,
    shared?: SharedTier,
    private readonly all = new Loads(),
    maxEntries = 1000,
  ) {
    this.cache = new TieredCache<Value>({
      clock,
      shared,
      maxEntries,
      lifeOf: ({ fails }) => (fails ? { freshMs: FAILURE_MS, renewMs: 0, staleMs: 0 } : this.life),
      isFailure: ({ fails }) => fails,
      waitMs: WAIT_MS,
      leaseMs: LEASE_MS,
    });
  }

  readonly work: CacheWork<Value> = {
    load: (spentMs) => {
      this.spentMs.push(spentMs);
      if (this.outcome === 'throw') throw new RangeError('thrown');
      return this.all.during(() => this.own.during(() => this.load()));
    },
    revive: (data) =>
      typeof data === 'object' && data !== null && 'number' in data
        ? { number: Number(data.number), fails: false }
        : undefined,
  };

  ask(key = 'key', takesStale = true): Promise<Hit<Value>> {
    return Promise.resolve(this.cache.resolve(key, takesStale, this.work));
  }

  private async load(): Promise<Loaded<Value>> {
    const { outcome } = this;
    if (outcome === 'never') return new Promise(() => undefined);
    const number = this.all.started;
    return later(this.clock, this.takesMs, () => {
      if (outcome === 'rejection') throw new RangeError('rejected');
      return { value: { number, fails: outcome === 'failure' }, data: { number } };
    });
  }
}
