/** What processes share of an entry: plain data, and when it was made. */
export interface SharedEntry {
  /** Out of JSON; whoever reads it makes sure of its form. */
  readonly data: unknown;
  /** Milliseconds since 1970 by the writer's clock. */
  readonly storedAt: number;
}

/** The right to load one key while other processes wait for it, until its time is over. */
export interface Lease {
  /** Keeps the entry and ends the lease; one that was lost meanwhile keeps nothing. Never rejects. */
  put(entry: SharedEntry, ttlMs: number): Promise<void>;
  /** Ends it without an entry. Never rejects. */
  release(): Promise<void>;
}

export interface LeaseAnswer {
  /** `undefined`: another process has it. */
  readonly lease: Lease | undefined;
  /** What is there at the very moment of the answer: it may have come since it was looked for. */
  readonly entry: SharedEntry | undefined;
}

/**
 * A cache that several processes share. It may be away at any time: nothing here throws or rejects, and everything is
 * over within its own deadline.
 */
export interface SharedTier {
  /** False while it is known to be away. */
  readonly isUp: boolean;
  /** `undefined` where there is nothing, and for what others damaged or wrote. */
  read(key: string): Promise<SharedEntry | undefined>;
  /** Asks for the right to load the key. `undefined`: it is away. */
  lease(key: string, ms: number): Promise<LeaseAnswer | undefined>;
  /**
   * What is there once nobody has the lease any more, which is what its holder put there unless it gave up;
   * `undefined` when `ms` are over before. An older entry that is being renewed does not end the wait.
   */
  landed(key: string, ms: number): Promise<SharedEntry | undefined>;
  /** Keeps an entry that nobody holds a lease for. */
  put(key: string, entry: SharedEntry, ttlMs: number): Promise<void>;
  /** Deletes the entry and tells every process to forget it. @returns false where that could not be made sure of. */
  forget(key: string): Promise<boolean>;
  /** Told of every key that a process, this one included, forgets. @returns what ends it. */
  onForget(listener: (key: string) => void): () => void;
}
