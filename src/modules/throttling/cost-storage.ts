import type { ThrottlerStorage } from '@nestjs/throttler';

/** What a tracker has spent in its window. Times are in seconds, rounded up, as `@nestjs/throttler` counts them. */
export type CostRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Counts costs in fixed windows: the first cost opens one, and it ends `ttl` later whatever is asked meanwhile. What
 * does not fit in is refused and not counted, so that no caller keeps itself out by asking on.
 */
export interface CostStorage extends ThrottlerStorage {
  /**
   * @param ttl milliseconds of a window.
   * @param limit the most that passes in a window.
   * @param blockDuration of no meaning here: who is refused may come again when the window ends.
   * @param cost above 0, and not above `limit`. @default 1
   */
  increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
    cost?: number,
  ): Promise<CostRecord>;
}

/** A window as it stands: what it holds, and the milliseconds until it ends. */
export interface CostWindow {
  readonly spent: number;
  readonly msLeft: number;
}

export function toCostRecord({ spent, msLeft }: CostWindow, isRefused: boolean): CostRecord {
  const seconds = Math.max(1, Math.ceil(msLeft / 1000));
  return {
    totalHits: spent,
    timeToExpire: seconds,
    isBlocked: isRefused,
    timeToBlockExpire: isRefused ? seconds : 0,
  };
}
