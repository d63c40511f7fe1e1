import type { FeedKind } from './feed-source.js';

/** State of one feed, for operators. Never holds a URL or a path. */
export interface FeedHealth {
  readonly id: string;
  readonly kind: FeedKind;
  /** `stale`: in use, but not confirmed by its publisher for three times its refresh time. `missing`: nothing in use. */
  readonly status: 'loaded' | 'stale' | 'missing';
  /** Ranges and AS numbers in use, as published. */
  readonly entries: number;
  /** When the publisher delivered or last confirmed what is in use, ISO 8601; of a file, when it was last changed. */
  readonly loadedAt: string | undefined;
  /** Seconds since `loadedAt`. */
  readonly ageSeconds: number | undefined;
  /** Why the last attempt failed, as one sentence; `undefined` after a success. */
  readonly lastError: string | undefined;
  readonly credit: string;
}
