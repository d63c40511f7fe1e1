import type { Clock } from '../../common/clock/clock.js';
import type { AlertDeliveries } from '../alerting/outbox/alert-deliveries.js';
import type { AlertTally } from '../alerting/outbox/alert-tally.js';
import type { Database } from '../storage/database.js';

export interface GlancedTally {
  readonly tally: AlertTally;
  /** Milliseconds since 1970 at which it was asked for. */
  readonly at: number;
}

/** Milliseconds after which the database is asked again, at the next look. */
const REFRESH_MS = 5000;

/** The latest tally of the alerts that is at hand: whoever looks has it renewed for the next look, and waits for nothing. */
export class AlertTallyGlance {
  private latest: GlancedTally | undefined;
  private askedAt = -Infinity;
  private isAsking = false;

  constructor(
    private readonly deliveries: Pick<AlertDeliveries, 'tally'>,
    private readonly database: Pick<Database, 'report'>,
    private readonly clock: Clock,
  ) {}

  /** `undefined` until the database has answered once. */
  look(): GlancedTally | undefined {
    void this.renew();
    return this.latest;
  }

  private async renew(): Promise<void> {
    const at = this.clock.now();
    // A clock that was set back must not put it off.
    const isDue = at - this.askedAt >= REFRESH_MS || at < this.askedAt;
    // What was not opened yet is not opened for this: the embedded one would be made by it.
    const { status } = this.database.report();
    if (this.isAsking || !isDue || status === 'closed' || status === 'opening') return;
    this.isAsking = true;
    this.askedAt = at;
    try {
      this.latest = { tally: await this.deliveries.tally(), at };
    } catch {
      // The age of the latest one says it.
    } finally {
      this.isAsking = false;
    }
  }
}
