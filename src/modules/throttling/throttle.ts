import type { CostRecord, CostStorage } from './cost-storage.js';

/** Milliseconds in which a limit is counted. */
export const WINDOW_MS = 60_000;

/** Our only limit; `@nestjs/throttler` can have several and tells them apart by name. */
export const THROTTLER_NAME = 'default';

/** Who a request is counted for. */
export interface Caller {
  /** Where it is counted: holds neither a key nor an address. */
  readonly tracker: string;
  /** The most that its requests may cost in a window; 0: no limit. */
  readonly limit: number;
  /** What one request costs, a whole number of 1 or more. */
  readonly weight: number;
}

/** Where a caller stands, in its own requests: what a request costs does not show. */
export interface Allowance {
  readonly isRefused: boolean;
  /** Requests in a window. */
  readonly quota: number;
  /** Requests that are left in this window. */
  readonly remaining: number;
  /** Seconds until the window ends, 1 or more. */
  readonly resetSeconds: number;
}

/** Counts callers' requests against their limits. */
export class Throttle {
  constructor(private readonly storage: CostStorage) {}

  /**
   * Counts, unless the limit is reached.
   *
   * @param requests that many at once, all or none of them; more than the limit are counted as the whole limit.
   * @param before of them, counted already.
   * @returns `undefined` where there is no limit.
   */
  async take(caller: Caller, requests = 1, before = 0): Promise<Allowance | undefined> {
    const cost = costOf(caller, requests) - costOf(caller, before);
    if (caller.limit === 0 || cost === 0) return undefined;
    const { tracker, limit } = caller;
    return allowanceOf(
      caller,
      await this.storage.increment(tracker, WINDOW_MS, limit, WINDOW_MS, THROTTLER_NAME, cost),
    );
  }
}

function costOf({ limit, weight }: Caller, requests: number): number {
  return Math.min(limit, requests * weight);
}

function allowanceOf({ limit, weight }: Caller, { totalHits, timeToExpire, isBlocked }: CostRecord): Allowance {
  return {
    isRefused: isBlocked,
    quota: Math.max(1, Math.floor(limit / weight)),
    remaining: Math.max(0, Math.floor((limit - totalHits) / weight)),
    resetSeconds: timeToExpire,
  };
}
