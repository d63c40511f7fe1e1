import type { Clock } from '../clock/clock.js';

/** An outage can last for thousands of requests a second; one line in this time says as much as all of them. */
const QUIET_MS = 10_000;

/** Lets one line into the log every ten seconds, and counts those that it stands for. */
export class LineLimit {
  private held = 0;
  private nextAt = 0;

  constructor(private readonly clock: Clock) {}

  /** @returns how many the line stands for, this one included; `undefined` while there is to be none. */
  take(): number | undefined {
    this.held += 1;
    const now = this.clock.now();
    const quietMs = this.nextAt - now;
    // More than a whole quiet time ahead: the clock was set back, and the log must not fall silent for as long.
    if (quietMs > 0 && quietMs <= QUIET_MS) return undefined;
    const count = this.held;
    this.held = 0;
    this.nextAt = now + QUIET_MS;
    return count;
  }
}
