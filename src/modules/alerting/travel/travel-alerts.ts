import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import { LineLimit } from '../../../common/log/line-limit.js';
import type { LoginReport } from '../../geo-velocity/geo-velocity.js';
import type { GeoVelocityService } from '../../geo-velocity/geo-velocity.service.js';
import type { Database } from '../../storage/database.js';
import type { AlertOutbox, RaiseReport } from '../outbox/alert-outbox.js';
import type { DecidedLogin } from '../rules/finding-triggers.js';
import { loginTriggers } from '../rules/login-triggers.js';

/** Milliseconds in which whoever recorded a login has settled it, unless that process is gone. */
const SETTLED_AFTER_MS = 30_000;
const MARKS_AT_ONCE = 100;

export interface TravelAlertsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: Pick<AlertOutbox, 'settings' | 'encode' | 'noted'>;
  readonly geoVelocity: Pick<GeoVelocityService, 'findingsAt'>;
  /** Told what goes wrong, once in ten seconds. */
  readonly warn: (line: string) => void;
}

interface Mark {
  readonly userId: string;
  readonly eventId: string;
  /** Of the database, to go on from. */
  readonly markedAt: string;
}

/** Raises what owed logins owe: at once where they are recorded, later where nobody was left to do it. */
export class TravelAlerts {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly outbox: TravelAlertsOptions['outbox'];
  private readonly geoVelocity: TravelAlertsOptions['geoVelocity'];
  private readonly warn: (line: string) => void;
  private readonly limit: LineLimit;

  constructor({ database, clock, outbox, geoVelocity, warn }: TravelAlertsOptions) {
    this.database = database;
    this.clock = clock;
    this.outbox = outbox;
    this.geoVelocity = geoVelocity;
    this.warn = warn;
    this.limit = new LineLimit(clock);
  }

  /**
   * Ends the mark of a recorded login and raises the alerts it owes, in one statement. Never rejects: what fails
   * is left to {@link TravelAlerts.sweep}.
   *
   * @param decided what was decided on the login, where that was
   */
  async settle(userId: string, report: LoginReport, decided?: DecidedLogin): Promise<void> {
    if (!report.isOwed) return;
    try {
      await this.end(userId, report, decided);
    } catch (error) {
      this.note(error);
    }
  }

  /**
   * Settles the logins that were marked half a minute ago and earlier, oldest first. Processes may do it at once: a mark
   * ends once. An embedded database that this process has not opened is left alone. Never rejects.
   *
   * @returns marks that ended
   */
  async sweep(): Promise<number> {
    const { kind, status } = this.database.report();
    if (kind === 'none' || (kind === 'embedded' && status === 'closed')) return 0;
    const until = isoText(this.clock.now() - SETTLED_AFTER_MS);
    let ended = 0;
    try {
      let after: Mark | undefined;
      do {
        const marks = await this.marksAfter(after, until);
        for (const mark of marks) ended += await this.settleMark(mark);
        after = marks.length < MARKS_AT_ONCE ? undefined : marks.at(-1);
      } while (after !== undefined);
    } catch (error) {
      this.note(error);
    }
    return ended;
  }

  private async marksAfter(last: Mark | undefined, until: string): Promise<readonly Mark[]> {
    const { rows } = await this.database.query<Mark>(
      `select c.user_id as "userId", c.event_id as "eventId", c.marked_at::text as "markedAt"
       from ${this.database.schema}.login_checks c
       where c.marked_at <= $1::timestamptz
         and c.marked_at >= $2::timestamptz and (c.marked_at, c.user_id, c.event_id) > ($2::timestamptz, $3::text, $4::text)
       order by c.marked_at, c.user_id, c.event_id limit ${MARKS_AT_ONCE}`,
      [until, last?.markedAt ?? '-infinity', last?.userId ?? '', last?.eventId ?? ''],
    );
    return rows;
  }

  /** One that cannot be settled does not keep the others from it, unless the database is away. */
  private async settleMark({ userId, eventId }: Mark): Promise<number> {
    try {
      const report = await this.geoVelocity.findingsAt(userId, eventId);
      // Of a login that is gone nothing is owed. Under which policy it was decided nobody knows any more: findings are told
      // also where that was `alertFrom: never`, and new countries are not.
      if (report === undefined) await this.raise(userId, eventId, '[]');
      else await this.end(userId, report, undefined);
      return 1;
    } catch (error) {
      if (error instanceof StorageError && error.code === 'STORAGE_UNAVAILABLE') throw error;
      this.note(error);
      return 0;
    }
  }

  private end(userId: string, report: LoginReport, decided: DecidedLogin | undefined): Promise<void> {
    const { settings } = this.outbox;
    const triggers = loginTriggers(userId, report, { at: this.clock.now(), settings, decided });
    return this.raise(userId, report.login.eventId, this.outbox.encode(triggers));
  }

  private async raise(userId: string, eventId: string, triggers: string): Promise<void> {
    const { rows } = await this.database.query<{ readonly raised: RaiseReport }>(
      `select ${this.database.schema}.settle_login($1, $2, $3::json, $4::timestamptz) as raised`,
      [userId, eventId, triggers, isoText(this.clock.now())],
    );
    if (rows[0] !== undefined) this.outbox.noted(rows[0].raised);
  }

  private note(error: unknown): void {
    const count = this.limit.take();
    if (count === undefined) return;
    // Other errors may say more than a log should hold.
    const reason = error instanceof StorageError ? error.message : 'an unexpected failure.';
    this.warn(
      `${count} time(s) since the last such line travel was not looked at for alerts; it will be. Latest: ${reason}`,
    );
  }
}
