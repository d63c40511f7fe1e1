import { isoText } from '../../../common/clock/iso-text.js';
import type { Database } from '../../storage/database.js';
import { ROWS_AT_ONCE, type Upkeep } from '../../storage/upkeep.js';
import { epochOf } from './epoch-salts.js';

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 21;
const CHECK_DAYS = 2;

/** What lies before these instants goes. Milliseconds since 1970. */
export interface RetentionLimits {
  readonly now: number;
  readonly loginsBefore: number;
  readonly addressesBefore: number;
}

/** The pieces of the daily work. Each can be repeated, and is a transaction or several short ones. */
export class RetentionSteps {
  private readonly schema: string;

  constructor(
    { schema }: Database,
    private readonly upkeep: Upkeep,
  ) {
    this.schema = schema;
  }

  makePartitions({ now, loginsBefore }: RetentionLimits): Promise<number> {
    return this.upkeep.counted('ensure_partitions($1, $2)', [
      isoText(loginsBefore),
      isoText(now + DAYS_AHEAD * DAY_MS),
    ]);
  }

  dropPartitions({ loginsBefore }: RetentionLimits): Promise<number> {
    return this.upkeep.counted('drop_partitions($1)', [isoText(loginsBefore)]);
  }

  /** Those in partitions that hold younger ones too. */
  deleteLogins({ loginsBefore }: RetentionLimits): Promise<number> {
    return this.inEachPartition(
      loginsBefore,
      (partition) => `delete from ${partition} where ctid = any(array(
        select ctid from ${partition} where ts < $1::timestamptz limit ${ROWS_AT_ONCE}))`,
    );
  }

  forgetAddresses({ addressesBefore }: RetentionLimits): Promise<number> {
    return this.inEachPartition(
      addressesBefore,
      (partition) => `update ${partition} set ip = null where ctid = any(array(
        select ctid from ${partition} where ip is not null and ts <= $1::timestamptz limit ${ROWS_AT_ONCE}))`,
    );
  }

  /** A trip that was announced explains logins for as long as they are kept. */
  deleteTrust({ now, loginsBefore }: RetentionLimits): Promise<number> {
    return this.upkeep.inPieces(
      `delete from ${this.schema}.user_trust where ctid = any(array(
         select ctid from ${this.schema}.user_trust
         where until <= $1::timestamptz and (kind <> 'announced' or until <= $2::timestamptz) limit ${ROWS_AT_ONCE}))`,
      [isoText(now), isoText(loginsBefore)],
    );
  }

  /** Marks that nobody has come to for two days: whatever they owed is no news. */
  deleteChecks({ now }: RetentionLimits): Promise<number> {
    return this.upkeep.inPieces(
      `delete from ${this.schema}.login_checks where ctid = any(array(
         select ctid from ${this.schema}.login_checks where marked_at <= $1::timestamptz limit ${ROWS_AT_ONCE}))`,
      [isoText(now - CHECK_DAYS * DAY_MS)],
    );
  }

  /** Months that are wholly past: from then on nobody can link their pseudonyms to addresses. */
  deleteEpochs({ loginsBefore }: RetentionLimits): Promise<number> {
    return this.upkeep.inPieces(
      `delete from ${this.schema}.pseudonym_epochs where epoch ~ '^[0-9]{4}-[0-9]{2}$' and epoch < $1::text`,
      [epochOf(loginsBefore)],
    );
  }

  /** Only where there can be rows so old. */
  private inEachPartition(before: number, text: (partition: string) => string): Promise<number> {
    const month = epochOf(before).replace('-', '');
    return this.upkeep.inEachPartition('user_login_events', month, text, [isoText(before)]);
  }
}
