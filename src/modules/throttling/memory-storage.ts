import { LRUCache } from 'lru-cache';
import type { Clock } from '../../common/clock/clock.js';
import { toCostRecord, type CostRecord, type CostStorage, type CostWindow } from './cost-storage.js';

/** Some 3 MB. Who rotates through more networks than these has as many limits anyway. */
const MOST_TRACKERS = 20_000;

interface OpenWindow {
  spent: number;
  readonly endsAt: number;
  /** What of it was counted here alone. */
  unshared: number;
  readonly unsharedUntil: number;
}

/** The counts of this process. Bounded: the tracker that was not seen for longest is forgotten first. */
export class MemoryStorage implements CostStorage {
  private readonly windows: LRUCache<string, OpenWindow>;

  constructor(
    private readonly clock: Clock,
    maxTrackers = MOST_TRACKERS,
  ) {
    this.windows = new LRUCache({ max: maxTrackers });
  }

  /** Trackers that are remembered. */
  get size(): number {
    return this.windows.size;
  }

  increment(
    key: string,
    ttl: number,
    limit: number,
    _blockDuration: number,
    _throttlerName: string,
    cost = 1,
  ): Promise<CostRecord> {
    const now = this.clock.now();
    const endsAt = now + ttl;
    const open = this.openWindow(key, ttl, now) ?? { spent: 0, endsAt, unshared: 0, unsharedUntil: endsAt };
    const isRefused = open.spent + cost > limit;
    if (!isRefused) {
      open.spent += cost;
      open.unshared += cost;
      this.windows.set(key, open);
    }
    return Promise.resolve(toCostRecord({ spent: open.spent, msLeft: open.endsAt - now }, isRefused));
  }

  /**
   * Takes over what somebody counts who knows of other processes, too. What this process counted alone, because the other
   * one was away in between, comes on top until its window ends.
   *
   * @param shared the other's window, with `cost` in it; 0 where it was refused.
   */
  adopt(key: string, ttl: number, limit: number, shared: CostWindow, cost: number): CostRecord {
    const now = this.clock.now();
    const open = this.openWindow(key, ttl, now);
    const { unshared = 0, unsharedUntil = 0 } = open !== undefined && now < open.unsharedUntil ? open : {};
    const endsAt = now + shared.msLeft;
    const spent = shared.spent + unshared;
    const isRefused = cost === 0 || spent > limit;
    this.windows.set(key, { spent: Math.min(spent, limit), endsAt, unshared, unsharedUntil });
    const msLeft = unshared > 0 ? Math.max(shared.msLeft, unsharedUntil - now) : shared.msLeft;
    return toCostRecord({ spent: Math.min(spent, limit), msLeft }, isRefused);
  }

  private openWindow(key: string, ttl: number, now: number): OpenWindow | undefined {
    const open = this.windows.get(key);
    // A window that ends later than any begun now is there because the clock was set back; it would last as much longer.
    return open !== undefined && now < open.endsAt && open.endsAt - now <= ttl ? open : undefined;
  }
}
