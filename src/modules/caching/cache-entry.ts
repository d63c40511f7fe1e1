/** How long a value serves, in milliseconds from the moment it was made. */
export interface CacheLife {
  /** It is served as it is; 0 or less keeps nothing. */
  readonly freshMs: number;
  /** After that it is served, to those who take it, while it is renewed in the background. */
  readonly renewMs: number;
  /** After `freshMs` it is served, to those who take it, where no newer one can be had. */
  readonly staleMs: number;
}

/** A value with its times, in milliseconds since 1970. */
export interface CacheEntry<V> {
  readonly value: V;
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly renewUntil: number;
  readonly staleUntil: number;
}

/** The entry of a value that was made at `storedAt`. */
export function entryOf<V>(value: V, storedAt: number, { freshMs, renewMs, staleMs }: CacheLife): CacheEntry<V> {
  const freshUntil = storedAt + freshMs;
  const renewUntil = freshUntil + renewMs;
  return { value, storedAt, freshUntil, renewUntil, staleUntil: Math.max(renewUntil, freshUntil + staleMs) };
}

export function isFresh({ storedAt, freshUntil }: CacheEntry<unknown>, now: number): boolean {
  // An entry from the future is there because the clock was set back; it would outlive its time by as much.
  return now >= storedAt && now < freshUntil;
}
