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

/** Where a caller stands, in costs: by its own requests the quota alone would tell what one of them costs. */
export interface Allowance {
  readonly isRefused: boolean;
  /** The limit, whoever asks. */
  readonly quota: number;
  /** What is left of it in this window; it may be less than a request costs. */
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
    return allowanceOf(limit, await this.storage.increment(tracker, WINDOW_MS, limit, WINDOW_MS, THROTTLER_NAME, cost));
  }
}

function costOf({ limit, weight }: Caller, requests: number): number {
  return Math.min(limit, requests * weight);
}

function allowanceOf(limit: number, { totalHits, timeToExpire, isBlocked }: CostRecord): Allowance {
  return {
    isRefused: isBlocked,
    quota: limit,
    remaining: Math.max(0, limit - totalHits),
    resetSeconds: timeToExpire,
  };
}
