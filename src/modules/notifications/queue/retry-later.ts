const DEFAULT_DELAY_MS = 5000;

/** Not delivered yet. BullMQ stores it with the job, so it says nothing of the alert, and not where it was made. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';

  /** @param delayMs milliseconds until the next try. @default 5000 */
  constructor(readonly delayMs: number = DEFAULT_DELAY_MS) {
    super('It is tried again.');
    this.stack = '';
  }
}

/** For BullMQ: the database says when, and not the number of tries. */
export const backoffStrategy = (_attempts: number, _type?: string, error?: Error): number =>
  Math.max(1, error instanceof RetryLater ? error.delayMs : DEFAULT_DELAY_MS);
