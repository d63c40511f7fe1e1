import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import type { Database, DatabaseSession, SqlValue } from '../../storage/database.js';
import { despiteDeadlocks } from '../../storage/despite-deadlocks.js';
import { ROWS_AT_ONCE } from '../../storage/upkeep.js';
import type { AlertSettings } from '../alert-settings.js';
import { recipientKeyOfUser } from './grouping.js';

const DAY_MS = 86_400_000;
/** Rows of totals that are left as they are. */
const FEW_TALLIES = 50;

type AlertRetentionOptions = Pick<AlertSettings, 'retentionDays' | 'addressDays'> & {
  readonly database: Database;
  readonly clock: Clock;
};

/** What goes from the tables of alerts with time. Every step can be repeated, and by several processes at once. */
export class AlertRetention {
  private readonly database: Database;
  private readonly schema: string;

  constructor(private readonly options: AlertRetentionOptions) {
    this.database = options.database;
    this.schema = options.database.schema;
  }

  /** @returns alerts deleted @throws StorageError */
  async run(): Promise<number> {
    const { retentionDays, addressDays } = this.options;
    const deleted = await this.inPieces(
      `delete from ${this.schema}.alerts where id = any(array(
         select id from ${this.schema}.alerts where ended_at < $1::timestamptz limit ${ROWS_AT_ONCE}))`,
      [this.daysAgo(retentionDays)],
    );
    await this.inPieces(
      `update ${this.schema}.alerts set facts = facts - 'ip' where id = any(array(
         select id from ${this.schema}.alerts where facts ? 'ip' and created_at <= $1::timestamptz limit ${ROWS_AT_ONCE}))`,
      [this.daysAgo(addressDays)],
    );
    for (const [table, key, column] of [
      ['alert_dedupe', 'id', 'at'],
      ['alert_recipients', 'key', 'used_at'],
    ] as const) {
      await this.inPieces(
        `delete from ${this.schema}.${table} where ${key} = any(array(select ${key} from ${this.schema}.${table}
           where ${column} < $1::timestamptz order by ${key} limit ${ROWS_AT_ONCE} for update skip locked))`,
        [this.daysAgo(retentionDays)],
      );
    }
    return deleted;
  }

  /** @throws StorageError */
  async sumUpTallies(): Promise<void> {
    await this.database.query(
      `with gone as (
         delete from ${this.schema}.alert_tallies where id = any(array(
           select id from ${this.schema}.alert_tallies
           where exists (select from ${this.schema}.alert_tallies offset ${FEW_TALLIES} limit 1)
           order by id limit ${ROWS_AT_ONCE} for update skip locked))
         returning *
       )
       insert into ${this.schema}.alert_tallies (triggered, suppressed, repeated, delivered, dead, delivered_alerts)
       select sum(triggered), sum(suppressed), sum(repeated), sum(delivered), sum(dead), sum(delivered_alerts)
       from gone having count(*) > 0`,
    );
  }

  /** @returns alerts changed @throws StorageError */
  async forgetUser(userId: string): Promise<number> {
    const personal = `array['user', 'ip', 'city', 'detail', 'trustNetwork', 'eventId']`;
    const forget = async (session: DatabaseSession): Promise<number> => {
      const { rowCount } = await session.query(
        `update ${this.schema}.alerts set user_id = null, facts = facts - ${personal},
           recipient = case audience when 'user' then 'user:forgotten' else recipient end
         where user_id = $1::text`,
        [userId],
      );
      await session.query(
        `update ${this.schema}.alert_groups set open_facts = open_facts - ${personal} where key = any(array(
           select key from ${this.schema}.alert_groups where open_facts ->> 'user' = $1::text order by key for update))`,
        [userId],
      );
      await session.query(`delete from ${this.schema}.alert_recipients where key = $1::text`, [
        recipientKeyOfUser(userId),
      ]);
      return rowCount;
    };
    // Who raises alerts locks groups in the same order, but inserts alerts last.
    return despiteDeadlocks(() => this.database.transaction(forget));
  }

  private async inPieces(text: string, values: readonly SqlValue[]): Promise<number> {
    for (let all = 0; ;) {
      const { rowCount } = await this.database.query(text, values);
      all += rowCount;
      if (rowCount < ROWS_AT_ONCE) return all;
    }
  }

  private daysAgo(days: number): string {
    return isoText(this.options.clock.now() - days * DAY_MS);
  }
}
