import { HttpException, HttpStatus, Injectable } from '@nestjs/common';

/** Bulk requests at the same time. Each holds its list in memory and takes its share of every turn of the event loop. */
const MAX_AT_ONCE = 4;

/** Seconds after which a refused caller may try again. */
export const BULK_RETRY_AFTER_SECONDS = 5;

/** The bulk requests of this process, beside the lane of the others. */
@Injectable()
export class BulkLane {
  private running = 0;

  /**
   * @returns what ends the stay; safe to call twice.
   * @throws HttpException 429 when the lane is full: waiting callers would hold their lists in memory.
   */
  enter(): () => void {
    if (this.running >= MAX_AT_ONCE) {
      const message = `${MAX_AT_ONCE} bulk requests are running. Try again in ${BULK_RETRY_AFTER_SECONDS} seconds.`;
      throw new HttpException({ error: 'Too many bulk requests', message }, HttpStatus.TOO_MANY_REQUESTS);
    }
    this.running += 1;
    let isInside = true;
    return () => {
      if (isInside) this.running -= 1;
      isInside = false;
    };
  }
}
