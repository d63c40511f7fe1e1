import type { MaybePromise } from '../../../common/async/maybe-promise.js';

/** What every process together counted in the window that runs. */
export interface SharedCount {
  /** The one just counted included. */
  readonly count: number;
  /** Milliseconds until the window ends. */
  readonly leftMs: number;
}

/** Counts for every process. */
export interface SharedCounter {
  /**
   * Counts one more under the key; the first one begins a window of `windowMs`. Never rejects.
   *
   * @returns `undefined` where it cannot be known, and perhaps was not counted.
   */
  count(key: string, windowMs: number): MaybePromise<SharedCount | undefined>;
}
