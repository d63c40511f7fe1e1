/** The last one of a page, after which the next page begins. Lists are sorted by time, and by id where that is the same. */
export interface PageCursor {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
}
