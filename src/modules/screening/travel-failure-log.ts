import type { Clock } from '../../common/clock/clock.js';
import { LineLimit } from '../../common/log/line-limit.js';

/** Says in the log when travel was not known, or a login not recorded. Holds no user and no address. */
export class TravelFailureLog {
  private readonly limit: LineLimit;

  constructor(
    private readonly write: (line: string) => void,
    clock: Clock,
  ) {
    this.limit = new LineLimit(clock);
  }

  /** @param reason of the latest failure */
  record(reason: string): void {
    const count = this.limit.take();
    if (count === undefined) return;
    this.write(`${count} login(s) not looked up or not recorded since the last such line. Latest: ${reason}`);
  }
}
