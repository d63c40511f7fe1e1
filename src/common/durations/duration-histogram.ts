/** Milliseconds up to which the buckets reach, ascending; what takes longer is counted beside them. */
export const DURATION_BOUNDS_MS = [1, 2, 5, 10, 25, 50, 100, 200, 300, 500, 1000, 2500, 10_000] as const;

export interface DurationCounts {
  /** Durations in each bucket alone, and last those above all bounds. */
  readonly buckets: readonly number[];
  readonly sumMs: number;
}

/** Counts durations in fixed buckets: what it holds does not grow. */
export class DurationHistogram {
  private readonly buckets: number[] = Array.from({ length: DURATION_BOUNDS_MS.length + 1 }, () => 0);
  private sumMs = 0;

  /** @param ms a clock that was set back makes it no shorter than nothing. */
  note(ms: number): void {
    let bucket = 0;
    // Most are within the first bounds, where this is faster than a search.
    while (bucket < DURATION_BOUNDS_MS.length && ms > (DURATION_BOUNDS_MS[bucket] ?? 0)) bucket += 1;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    if (ms > 0) this.sumMs += ms;
  }

  counts(): DurationCounts {
    return { buckets: [...this.buckets], sumMs: this.sumMs };
  }
}
