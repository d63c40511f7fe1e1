import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/clock/clock.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { Database } from '../../storage/database.js';

const DAY_MS = 86_400_000;
const SALT_BYTES = 32;
const MOST_TRIES = 3;

/** Named like no month: what is trusted is found again in every month. */
export const LASTING_EPOCH = 'lasting';

/** The calendar month of an instant, in UTC. */
export function epochOf(ts: number): string {
  return new Date(ts).toISOString().slice(0, 7);
}

interface EpochSaltsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly retentionDays: number;
}

interface SaltRow {
  readonly epoch: string;
  readonly salt: string;
}

/** A random salt for each epoch, the same for all processes; made when it is first asked for. */
export class EpochSalts {
  readonly #salts = new Map<string, Promise<string>>();
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly retentionDays: number;
  private readonly sql: string;

  constructor({ database, clock, retentionDays }: EpochSaltsOptions) {
    this.database = database;
    this.clock = clock;
    this.retentionDays = retentionDays;
    this.sql = `
      with made as (
        insert into ${database.schema}.pseudonym_epochs (epoch, salt) values ($1::text, $2::text)
        on conflict (epoch) do nothing returning epoch, salt
      )
      select epoch, salt from made
      union all
      select epoch, salt from ${database.schema}.pseudonym_epochs where epoch = $1::text`;
  }

  /** @throws StorageError */
  saltOf(epoch: string): Promise<string> {
    const known = this.#salts.get(epoch);
    if (known !== undefined) return known;
    const asked = this.fetch(epoch);
    this.#salts.set(epoch, asked);
    asked.catch(() => this.#salts.delete(epoch));
    this.forgetOld();
    return asked;
  }

  private async fetch(epoch: string): Promise<string> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const salt = randomBytes(SALT_BYTES).toString('base64url');
      const { rows } = await this.database.query<SaltRow>(this.sql, [epoch, salt]);
      // None where another process makes it right now: the statement waited for it, but does not see it yet.
      if (rows[0] !== undefined) return rows[0].salt;
    }
    throw new StorageError('STORAGE_FAILED', 'The database gives no salt for the pseudonyms of addresses.');
  }

  /** A salt that the database has deleted is not kept here either. */
  private forgetOld(): void {
    const oldest = epochOf(this.clock.now() - this.retentionDays * DAY_MS);
    for (const epoch of this.#salts.keys()) {
      if (epoch !== LASTING_EPOCH && epoch < oldest) this.#salts.delete(epoch);
    }
  }
}
