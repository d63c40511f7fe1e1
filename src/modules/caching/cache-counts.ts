/** What became of the questions to a cache, since the start of the process. */
export interface CacheCounts {
  /** Keys that were looked for in memory. */
  readonly memory: LookupCounts;
  /** Those that were not in memory and were looked for where processes share them. */
  readonly shared: LookupCounts & {
    /** Nobody was asked: the shared tier was away. */
    readonly unavailable: number;
  };
  /** Answers whose time was over, given in the place of newer ones. */
  readonly stale: number;
  /** Answers that came from a failure of a moment ago, so that nobody was asked anew. */
  readonly failures: number;
}

export interface LookupCounts {
  readonly hit: number;
  readonly miss: number;
}
