import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import type { Database } from '../../storage/database.js';
import { despiteDeadlocks } from '../../storage/despite-deadlocks.js';
import type { AlertTrigger } from '../alert.js';
import type { AlertSettings } from '../alert-settings.js';
import { OwedAlerts } from './owed-alerts.js';

/** What became of triggers. */
export interface RaiseReport {
  /** Events that owe an alert. */
  readonly triggered: number;
  /** Alerts that were made. */
  readonly emitted: number;
  /** Events that the cap of their recipient kept back. */
  readonly suppressed: number;
  /** Events that had been reported before, or were no news. */
  readonly repeated: number;
}

export interface AlertOutboxOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly settings: AlertSettings;
}

const NOTHING: RaiseReport = { triggered: 0, emitted: 0, suppressed: 0, repeated: 0 };

/** Where alerts are raised: in the database, in the transaction of what they are about. */
export class AlertOutbox {
  /** When alerts are raised, and how a storm of them is held. */
  readonly settings: AlertSettings;
  private readonly database: Database;
  private readonly clock: Clock;
  private listeners: readonly (() => void)[] = [];
  private totals: RaiseReport = NOTHING;

  constructor({ database, clock, settings }: AlertOutboxOptions) {
    this.database = database;
    this.clock = clock;
    this.settings = settings;
  }

  /**
   * What `raise_alerts(p_triggers json, p_now timestamptz)` of the schema is given, by a statement in a transaction of the
   * caller's: once in a transaction and last, since it locks groups and recipients. It answers a {@link RaiseReport}.
   */
  encode(triggers: readonly AlertTrigger[]): string {
    const owed = new OwedAlerts(this.settings);
    owed.add(triggers);
    return owed.toJson();
  }

  /** Whoever called `raise_alerts` says what it answered, once that is committed: it is counted, and listeners are told. */
  noted(report: RaiseReport): void {
    this.totals = {
      triggered: this.totals.triggered + report.triggered,
      emitted: this.totals.emitted + report.emitted,
      suppressed: this.totals.suppressed + report.suppressed,
      repeated: this.totals.repeated + report.repeated,
    };
    if (report.emitted > 0) this.tell();
  }

  /** @throws StorageError; nothing is raised then. */
  async raise(triggers: readonly AlertTrigger[]): Promise<RaiseReport> {
    if (triggers.length === 0) return NOTHING;
    const encoded = this.encode(triggers);
    const report = await despiteDeadlocks(() => this.raised(encoded));
    this.noted(report);
    return report;
  }

  /** @param listener is called after alerts were made. @returns a function that ends it */
  onEmitted(listener: () => void): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((each) => each !== listener);
    };
  }

  /** Since the start of the process. */
  report(): RaiseReport {
    return this.totals;
  }

  private async raised(encoded: string): Promise<RaiseReport> {
    const { rows } = await this.database.query<{ readonly report: RaiseReport }>(
      `select ${this.database.schema}.raise_alerts($1::json, $2::timestamptz) as report`,
      [encoded, isoText(this.clock.now())],
    );
    return rows[0]?.report ?? NOTHING;
  }

  private tell(): void {
    for (const listener of this.listeners) {
      try {
        listener();
      } catch {
        // Whoever raises has nothing to do with it; who missed it looks at the table anyway.
      }
    }
  }
}
