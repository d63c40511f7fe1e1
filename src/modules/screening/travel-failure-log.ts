import type { Clock } from '../../common/clock/clock.js';

/** An outage can last for thousands of requests a second; one line in this time says as much as all of them. */
const QUIET_MS = 10_000;

/** Says in the log when travel was not known, or a login not recorded. Holds no user and no address. */
export class TravelFailureLog {
  private held = 0;
  private nextLineAt = 0;

  constructor(
    private readonly write: (line: string) => void,
    private readonly clock: Clock,
  ) {}

  /** @param reason of the latest failure */
  record(reason: string): void {
    this.held += 1;
    const now = this.clock.now();
    const quietMs = this.nextLineAt - now;
    // More than a whole quiet time ahead: the clock was set back, and the log must not fall silent for as long.
    if (quietMs > 0 && quietMs <= QUIET_MS) return;
    this.write(`${this.held} login(s) not looked up or not recorded since the last such line. Latest: ${reason}`);
    this.held = 0;
    this.nextLineAt = now + QUIET_MS;
  }
}
