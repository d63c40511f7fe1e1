import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import type { Database } from '../../storage/database.js';
import { millisOf } from '../../storage/millis-of.js';
import type { Alert } from '../alert.js';
import type { AlertSettings } from '../alert-settings.js';
import type { DeliveryOutcome } from '../delivery-outcome.js';
import { triesWithin } from '../retry-schedule.js';
import { findAlert, isAlertId, listAlerts, type AlertFilter, type AlertPage } from './alert-list.js';
import { AlertRetention } from './alert-retention.js';
import { AlertSettlement, LEASE_MS } from './alert-settlement.js';
import { readTally, type AlertTally } from './alert-tally.js';
import { ALERT_JSON, readStoredAlert, type AlertRow } from './stored-alert.js';

/** An alert to be put into the queue. */
export interface QueuedAlert {
  readonly id: string;
  /** Milliseconds until it is to be tried; 0 for at once. */
  readonly delayMs: number;
  /** The most tries that are left, 1 or more; the queue may end sooner, the alert is taken again then. */
  readonly triesLeft: number;
}

export interface AlertDeliveriesOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Days. @default 90 for alerts that have ended, 30 for plain addresses */
  readonly ages?: Pick<AlertSettings, 'retentionDays' | 'addressDays'>;
  /** 0 to 1, for the jitter of retries. @default Math.random */
  readonly random?: () => number;
}

/** Above every lease: one that ends later was written by a clock that has been set back since. */
const NO_LEASE_MS = 7_200_000;
const DEFAULT_AGES = { retentionDays: 90, addressDays: 30 };
const WINDOWS_AT_ONCE = 500;

const LEASE_END = `greatest(a.next_attempt_at, $1::timestamptz) + ${LEASE_MS} * interval '1 ms'`;

interface Lease {
  readonly id: string;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly next: number | null;
  readonly until: number;
}

/** Alerts on their way out of the database. It holds the truth of them; a queue only carries them. */
export class AlertDeliveries {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly table: string;
  private readonly settlement: AlertSettlement;
  private readonly retention: AlertRetention;

  constructor({ database, clock, ages = DEFAULT_AGES, random = Math.random }: AlertDeliveriesOptions) {
    this.database = database;
    this.clock = clock;
    this.table = `${database.schema}.alerts`;
    this.settlement = new AlertSettlement({ database, clock, random });
    this.retention = new AlertRetention({ database, clock, ...ages });
  }

  /** Makes the digests of windows that are over. @returns alerts made @throws StorageError */
  async closeWindows(): Promise<number> {
    let made = 0;
    for (let isMore = true; isMore;) {
      const { emitted, closed } = await this.closeSome();
      made += emitted;
      isMore = closed === WINDOWS_AT_ONCE;
    }
    await this.retention.sumUpTallies();
    return made;
  }

  /**
   * Alerts to be put into the queue: new ones, and those that the queue should have brought by now and did not. They are
   * the caller's for 20 s past their next try.
   *
   * @throws StorageError
   */
  async take(limit: number): Promise<readonly QueuedAlert[]> {
    const now = this.clock.now();
    const { rows } = await this.database.query<{ readonly lease: Lease }>(
      `with due as (
         select id from ${this.table}
         where state in ('pending', 'queued')
           and (queued_until <= $1::timestamptz or queued_until > $1::timestamptz + ${NO_LEASE_MS} * interval '1 ms')
         order by queued_until, created_at limit $2::integer for update skip locked
       )
       update ${this.table} a set state = 'queued', queued_until = ${LEASE_END} from due where a.id = due.id
       returning json_build_object('id', a.id, 'attempts', a.attempts, 'next', ${millisOf('a.next_attempt_at')},
         'until', ${millisOf('a.give_up_at')}) as lease`,
      [isoText(now), limit],
    );
    return rows.map(({ lease: { id, attempts, next, until } }) => ({
      id,
      delayMs: Math.max(0, (next ?? now) - now),
      triesLeft: triesWithin(attempts, until - now),
    }));
  }

  /** @returns the alert where it is still to be delivered; `undefined` where it has ended, or there is none. @throws StorageError */
  async begin(id: string): Promise<Alert | undefined> {
    if (!isAlertId(id)) return undefined;
    const { rows } = await this.database.query<{ readonly alert: AlertRow }>(
      `update ${this.table} a set state = 'queued', queued_until = ${LEASE_END}
       where a.id = $2::text and a.state in ('pending', 'queued') returning ${ALERT_JSON} as alert`,
      [isoText(this.clock.now()), id],
    );
    return rows[0] && readStoredAlert(rows[0].alert);
  }

  /**
   * Writes what became of the try that {@link begin} began. The same told again changes nothing, and a delivery is counted
   * once, also where somebody has given the alert up meanwhile.
   *
   * @returns milliseconds until the next try; `undefined` where there is none. @throws StorageError
   */
  settle(alert: Alert, outcome: DeliveryOutcome): Promise<number | undefined> {
    return this.settlement.settle(alert, outcome);
  }

  /** Out of the database, all of it at one instant. @throws StorageError */
  tally(): Promise<AlertTally> {
    return readTally(this.database);
  }

  /** Newest first. @throws StorageError */
  list(filter: AlertFilter): Promise<AlertPage> {
    return listAlerts(this.database, filter);
  }

  /** @throws StorageError */
  find(id: string): Promise<Alert | undefined> {
    return findAlert(this.database, id);
  }

  /** Delivers a dead alert after all: as if it were new, and under another idempotency key. @returns false where it is not dead @throws StorageError */
  async replay(id: string): Promise<boolean> {
    return isAlertId(id) && (await this.settlement.replay(id)) > 0;
  }

  /** @returns alerts that were dead @throws StorageError */
  replayDead(): Promise<number> {
    return this.settlement.replay();
  }

  /** Deletes what is past its age, and forgets addresses that are. @returns alerts deleted @throws StorageError */
  async clearOld(): Promise<number> {
    await this.closeWindows();
    return this.retention.run();
  }

  /** Takes a user out of all alerts: id, address and place. Their counts stay. @returns alerts changed @throws StorageError */
  forgetUser(userId: string): Promise<number> {
    return this.retention.forgetUser(userId);
  }

  private async closeSome(): Promise<{ emitted: number; closed: number }> {
    const { rows } = await this.database.query<{ readonly done: { emitted: number; closed: number } }>(
      `select ${this.database.schema}.close_alert_windows($1::timestamptz, ${WINDOWS_AT_ONCE}) as done`,
      [isoText(this.clock.now())],
    );
    return rows[0]?.done ?? { emitted: 0, closed: 0 };
  }
}
