import { seededRandom } from '../../src/modules/geo-velocity/anomalies/seeded-random.js';
import { ALERT_SEVERITIES } from '../../src/modules/alerting/alert.js';
import type { DeliveryOutcome } from '../../src/modules/alerting/delivery-outcome.js';
import { AlertDeliveries } from '../../src/modules/alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from '../../src/modules/alerting/outbox/alert-outbox.js';
import type { AlertTally } from '../../src/modules/alerting/outbox/alert-tally.js';
import type { Database } from '../../src/modules/storage/database.js';
import type { FakeClock } from './fake-clock.js';
import { ALERT_SETTINGS, triggerOf } from './made-triggers.js';

const MINUTE_MS = 60_000;
const ROUNDS = 12;
const OUTCOMES: readonly DeliveryOutcome[] = [
  { status: 'delivered' },
  { status: 'failed', reason: 'It is down.' },
  { status: 'refused', reason: 'No.', isMisconfigured: false },
];

export interface StormReport {
  /** Events that were taken as new. */
  readonly triggered: number;
  /** What the database said while all were at it. */
  readonly tallies: readonly AlertTally[];
}

/** Four writers, two that close windows and one that delivers, all at once. */
export class AlertStorm {
  private readonly random = seededRandom(7);
  private readonly deliveries: AlertDeliveries;
  private readonly outboxes: readonly AlertOutbox[];

  constructor(
    database: Database,
    private readonly clock: FakeClock,
    capPerHour: number,
  ) {
    const settings = { ...ALERT_SETTINGS, capPerHour };
    this.deliveries = new AlertDeliveries({ database, clock });
    this.outboxes = [1, 2, 3, 4].map(() => new AlertOutbox({ database, clock, settings }));
  }

  async run(): Promise<StormReport> {
    const { deliveries } = this;
    const tallies: AlertTally[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const writing = this.outboxes.map((outbox) => this.write(outbox));
      const closing = [deliveries.closeWindows(), deliveries.closeWindows()];
      const [tally] = await Promise.all([deliveries.tally(), ...closing, this.deliver(), ...writing]);
      tallies.push(tally);
      if (round === ROUNDS / 2) await deliveries.replayDead();
      this.clock.advance(this.upTo(3) * MINUTE_MS);
    }
    const triggered = this.outboxes.reduce((sum, outbox) => sum + outbox.report().triggered, 0);
    return { triggered, tallies };
  }

  private async write(outbox: AlertOutbox): Promise<void> {
    const batch = Array.from({ length: 1 + this.upTo(30) }, () =>
      triggerOf(this.clock.now(), `user-${this.upTo(12)}`, ALERT_SEVERITIES[this.upTo(4)], {
        count: 1 + this.upTo(5),
        audience: this.random() < 0.3 ? 'user' : 'team',
        ...(this.random() < 0.2 && { dedupeId: `finding-${this.upTo(1000)}` }),
      }),
    );
    await outbox.raise(batch);
  }

  private async deliver(): Promise<void> {
    const taken = await this.deliveries.take(6);
    for (const [index, { id }] of taken.entries()) {
      const alert = await this.deliveries.begin(id);
      const outcome = OUTCOMES[index % OUTCOMES.length];
      if (alert !== undefined && outcome !== undefined) await this.deliveries.settle(alert, outcome);
    }
  }

  private upTo(most: number): number {
    return Math.floor(this.random() * most);
  }
}
