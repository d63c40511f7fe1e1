import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import { parseIpAddress } from '../../../common/ip/ip-address.js';
import { assertUserId } from '../../geo-velocity/logins/user-id.js';
import { networkOf } from '../../geo-velocity/privacy/network-of.js';
import type { Database } from '../../storage/database.js';
import type { PageCursor } from '../../../common/paging/page-cursor.js';
import { NO_ALERT_FACTS, type AlertTrigger } from '../alert.js';
import type { AlertOutbox } from '../outbox/alert-outbox.js';
import type { AccountHold, AccountReport, AskedLogin, ReportedAccount } from './account-report.js';
import type { AccountAnswer } from './answer-links.js';
import { ReportStore, type AskedAlert } from './report-store.js';

const DAY_MS = 86_400_000;

/** `already`: this alert was answered before, by whichever link. `unknown`: there is no such alert any more. */
export type AnswerOutcome = 'taken' | 'already' | 'unknown';

export interface AccountReportsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: AlertOutbox;
  /** Days that the place of a login counts that was the user's own. @default 30 */
  readonly trustDays?: number | undefined;
  /** The application's own, after a "no" was taken. It is not waited for. */
  readonly onAccountReported?: ((report: ReportedAccount) => unknown) | undefined;
  /** For one line when that fails. */
  readonly warn: (line: string) => void;
}

export interface ReportFilter {
  readonly userId?: string | undefined;
  /** {@link ReportPage.next} of the page before. */
  readonly before?: PageCursor | undefined;
  readonly limit: number;
}

export interface ReportPage {
  readonly reports: readonly AccountReport[];
  /** Asks for the next page; `undefined` on the last one. */
  readonly next: PageCursor | undefined;
}

/** What users answer to "was this you?", what follows from it, and the release of accounts that are held. */
export class AccountReports {
  private readonly store: ReportStore;
  private readonly clock: Clock;
  private readonly outbox: AlertOutbox;
  private readonly trustMs: number;
  private readonly onAccountReported: AccountReportsOptions['onAccountReported'];
  private readonly warn: (line: string) => void;

  constructor({ database, clock, outbox, trustDays = 30, onAccountReported, warn }: AccountReportsOptions) {
    this.store = new ReportStore(database);
    this.clock = clock;
    this.outbox = outbox;
    this.trustMs = trustDays * DAY_MS;
    this.onAccountReported = onAccountReported;
    this.warn = warn;
  }

  /** What the user is asked about; `undefined` where there is nothing to answer any more. @throws StorageError */
  async asked(alertId: string): Promise<AskedLogin | undefined> {
    const alert = await this.store.find(alertId);
    return alert === undefined || alert.isAnswered ? undefined : { country: alert.country, at: alert.lastAt };
  }

  /**
   * Takes the answer to an alert, once. "Yes" has the place of the login trusted, "no" holds the account and tells the
   * team. It happens as a whole or not at all.
   *
   * @throws StorageError
   */
  async answer(alertId: string, answer: AccountAnswer): Promise<AnswerOutcome> {
    const alert = await this.store.find(alertId);
    if (alert === undefined) return 'unknown';
    if (alert.isAnswered) return 'already';
    const now = this.clock.now();
    const triggers = this.outbox.encode(answer === 'no' ? [reportTrigger(alertId, alert, now)] : []);
    const trustedUntil = now + this.trustMs;
    const taken = await this.store.answer({ alertId, answer, alert, now, trustedUntil, triggers });
    if (taken === undefined) return 'already';
    if (taken.raised !== undefined) this.outbox.noted(taken.raised);
    if (answer === 'no') this.tell({ userId: alert.userId, alertId, answeredAt: now });
    return 'taken';
  }

  /** Lifts all holds of the account. @returns how many there were. @throws InvalidLoginError | StorageError */
  async release(userId: string): Promise<number> {
    assertUserId(userId);
    return this.store.release(userId, this.clock.now());
  }

  /** What holds the account, oldest first. @throws InvalidLoginError | StorageError */
  async holdsOf(userId: string): Promise<AccountHold[]> {
    assertUserId(userId);
    return this.store.holdsOf(userId, this.clock.now());
  }

  /** Answers, newest first. @throws InvalidLoginError | StorageError */
  async listReports({ userId, before, limit }: ReportFilter): Promise<ReportPage> {
    if (userId !== undefined) assertUserId(userId);
    // One more than asked for tells whether there is a next page.
    const found = await this.store.list(userId, before, limit + 1);
    const reports = found.slice(0, limit);
    const last = reports.at(-1);
    return { reports, next: found.length > limit ? last && { at: last.answeredAt, id: last.alertId } : undefined };
  }

  /** Forgets answers whose alert is gone, after as many days as alerts are kept. @throws StorageError */
  clearOld(): Promise<number> {
    return this.store.clear(this.clock.now() - this.outbox.settings.retentionDays * DAY_MS);
  }

  private tell(report: ReportedAccount): void {
    const failed = (error: unknown): void => {
      // The name only: a message may hold anything.
      this.warn(`onAccountReported failed: ${error instanceof Error ? error.name : 'not an Error'}.`);
    };
    try {
      void Promise.resolve(this.onAccountReported?.(report)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function reportTrigger(alertId: string, alert: AskedAlert, now: number): AlertTrigger {
  const { userId: user, ip, country, city, asn } = alert;
  const address = ip === undefined ? undefined : parseIpAddress(ip);
  return {
    kind: 'account-reported',
    severity: 'critical',
    audience: 'team',
    facts: {
      ...NO_ALERT_FACTS,
      ip: address?.text,
      country,
      city,
      asn,
      user,
      detail: `The user says that the login of ${isoText(alert.lastAt)} was somebody else; the account is held until it is released.`,
    },
    prefix: address && networkOf(address),
    count: 1,
    firstAt: now,
    lastAt: now,
    dedupeId: `reported:${alertId}`,
  };
}
