import type { Database } from './database.js';

const MOST_DIFFERENCE_MS = 3_600_000;

/** What to do where they do not. */
export const CLOCKS_DIFFER =
  'the clocks of this process and of the database are more than an hour apart; set the one that is wrong.';

/**
 * Whether the database's clock is within an hour of `now`: a clock that went wrong must not delete anything.
 *
 * @throws StorageError
 */
export async function clocksAgree(database: Database, now: number): Promise<boolean> {
  const { rows } = await database.query<{ readonly now: number }>(
    "select date_part('epoch', clock_timestamp()) * 1000 as now",
  );
  return Math.abs(now - (rows[0]?.now ?? Number.NaN)) <= MOST_DIFFERENCE_MS;
}
