import type { Clock } from '../../common/clock/clock.js';
import { LineLimit } from '../../common/log/line-limit.js';
import type { DecisionEvent } from './risk-events.js';

/** Says in the log when requests are let through, or stopped, without a verdict. Holds no address. */
export class FailModeLog {
  private readonly opened: LineLimit;
  private readonly closed: LineLimit;

  constructor(
    private readonly write: (line: string) => void,
    clock: Clock,
  ) {
    this.opened = new LineLimit(clock);
    this.closed = new LineLimit(clock);
  }

  readonly record = ({ decision, route }: DecisionEvent): void => {
    if (!decision.failedOpen && !decision.failedClosed) return;
    const count = (decision.failedOpen ? this.opened : this.closed).take();
    if (count === undefined) return;
    const did = decision.failedOpen ? 'let through' : 'stopped';
    this.write(
      `${count} request(s) ${did} without a verdict since the last such line. Latest: ${route}, ` +
        `policy ${decision.policy.name}, cause ${decision.cause}, missing: ${decision.degraded.join(', ')}.`,
    );
  };
}
