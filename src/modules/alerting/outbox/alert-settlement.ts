import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import type { Database } from '../../storage/database.js';
import { millisOf } from '../../storage/millis-of.js';
import type { Alert } from '../alert.js';
import type { DeliveryOutcome } from '../delivery-outcome.js';
import { GIVE_UP_MS, nextTryDelayMs } from '../retry-schedule.js';

/** Past its next try, an alert that nobody has settled is put into the queue again. */
export const LEASE_MS = 20_000;

const LONGEST_REASON = 500;

export interface AlertSettlementOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Writes what becomes of alerts, and counts it in the same statement. */
export class AlertSettlement {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly table: string;

  constructor({ database, clock, random }: AlertSettlementOptions) {
    this.database = database;
    this.clock = clock;
    this.random = random;
    this.table = `${database.schema}.alerts`;
  }

  /** @returns milliseconds until the next try; `undefined` where there is none. @throws StorageError */
  async settle(alert: Alert, outcome: DeliveryOutcome): Promise<number | undefined> {
    if (outcome.status === 'delivered') {
      await this.deliver(alert);
      return undefined;
    }
    const now = this.clock.now();
    const isRefused = outcome.status === 'refused';
    const asked = isRefused ? undefined : outcome.retryAfterMs;
    const delayMs = nextTryDelayMs(alert.attempts + 1, this.random(), asked);
    const { rows } = await this.database.query<{ readonly next: number | null }>(
      settleFailureSql(this.database.schema),
      [
        isoText(now),
        alert.id,
        alert.attempts,
        outcome.reason.slice(0, LONGEST_REASON),
        !isRefused && outcome.isKeySpent === true ? 1 : 0,
        delayMs,
        isRefused,
      ],
    );
    const next = rows[0]?.next;
    return next === null || next === undefined ? undefined : Math.max(0, next - now);
  }

  /** Makes dead alerts pending. @param id @default all of them @returns how many @throws StorageError */
  async replay(id?: string): Promise<number> {
    const { rows } = await this.database.query<{ readonly replayed: number }>(
      `with done as (
         update ${this.table} a set state = 'pending', attempts = 0, key_generation = a.key_generation + 1,
           queued_until = '-infinity', next_attempt_at = null, ended_at = null,
           give_up_at = $1::timestamptz + ${GIVE_UP_MS} * interval '1 ms'
         where a.state = 'dead' and ($2::text is null or a.id = $2::text) returning a.count
       ), counted as (
         insert into ${this.database.schema}.alert_tallies (dead) select -sum(count) from done having count(*) > 0
       )
       select count(*)::integer as replayed from done`,
      [isoText(this.clock.now()), id ?? null],
    );
    return rows[0]?.replayed ?? 0;
  }

  private async deliver({ id }: Alert): Promise<void> {
    await this.database.query(
      `with was as (
         select id, state from ${this.table} where id = $2::text and state <> 'delivered' for update
       ), done as (
         update ${this.table} a set state = 'delivered', attempts = a.attempts + 1, delivered_at = $1::timestamptz,
           ended_at = $1::timestamptz, next_attempt_at = null, last_failure = null
         from was where a.id = was.id returning was.state, a.count
       )
       insert into ${this.database.schema}.alert_tallies (delivered, delivered_alerts, dead)
       select count, 1, case when state = 'dead' then -count else 0 end from done`,
      [isoText(this.clock.now()), id],
    );
  }
}

/**
 * Of the try that is settled alone: another one has counted it already. Answers when the alert is tried next, whoever
 * settled it.
 */
const settleFailureSql = (schema: string): string => `
  with done as (
    update ${schema}.alerts a set
      attempts = a.attempts + 1,
      last_failure = $4::text,
      key_generation = a.key_generation + $5::integer,
      state = case when is_over then 'dead' else 'queued' end,
      ended_at = case when is_over then $1::timestamptz end,
      next_attempt_at = case when not is_over then next_at end,
      queued_until = next_at + ${LEASE_MS} * interval '1 ms'
    from (
      select id, $7::boolean or give_up_at <= $1::timestamptz as is_over,
        least(give_up_at, $1::timestamptz + $6::double precision * interval '1 ms') as next_at
      from ${schema}.alerts where id = $2::text for update
    ) as judged
    where a.id = judged.id and a.attempts = $3::integer and a.state in ('pending', 'queued')
    returning a.state, a.count, a.next_attempt_at
  ), counted as (
    insert into ${schema}.alert_tallies (dead) select count from done where state = 'dead'
  )
  select ${millisOf('next_attempt_at')} as next from done where state <> 'dead'
  union all
  select ${millisOf('coalesce(next_attempt_at, $1::timestamptz)')} from ${schema}.alerts
  where id = $2::text and state in ('pending', 'queued') and not exists (select from done)`;
