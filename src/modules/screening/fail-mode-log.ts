import type { Clock } from '../../common/clock/clock.js';
import type { DecisionEvent } from './risk-events.js';

/** An outage can last for thousands of requests a second; one line in this time says as much as all of them. */
const QUIET_MS = 10_000;

/** Says in the log when requests are let through, or stopped, without a verdict. Holds no address. */
export class FailModeLog {
  private readonly nextLineAt = { opened: 0, closed: 0 };
  private readonly held = { opened: 0, closed: 0 };

  constructor(
    private readonly write: (line: string) => void,
    private readonly clock: Clock,
  ) {}

  readonly record = ({ decision, route }: DecisionEvent): void => {
    if (!decision.failedOpen && !decision.failedClosed) return;
    const way = decision.failedOpen ? 'opened' : 'closed';
    this.held[way] += 1;
    const now = this.clock.now();
    const quietMs = this.nextLineAt[way] - now;
    // More than a whole quiet time ahead: the clock was set back, and the log must not fall silent for as long.
    if (quietMs > 0 && quietMs <= QUIET_MS) return;
    const did = way === 'opened' ? 'let through' : 'stopped';
    this.write(
      `${this.held[way]} request(s) ${did} without a verdict since the last such line. Latest: ${route}, ` +
        `policy ${decision.policy.name}, cause ${decision.cause}, missing: ${decision.degraded.join(', ')}.`,
    );
    this.held[way] = 0;
    this.nextLineAt[way] = now + QUIET_MS;
  };
}
