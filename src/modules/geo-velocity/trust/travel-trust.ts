import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../common/clock/clock.js';
import { isoText } from '../../../common/clock/iso-text.js';
import { InvalidLoginError } from '../../../common/errors/ip-risk.error.js';
import type { MaybePromise } from '../../../common/async/maybe-promise.js';
import { effectiveAddress } from '../../../common/ip/embedded-ipv4.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { SecretText } from '../../../common/secrets/secret-text.js';
import type { Database } from '../../storage/database.js';
import { assertUserId } from '../logins/user-id.js';
import { EpochSalts } from '../privacy/epoch-salts.js';
import { Pseudonyms } from '../privacy/pseudonyms.js';
import type { LoginPlace } from '../travel/travel-point.js';
import { acceptedPlan, type AnnouncedTravel, type TravelPlan } from './announced-travel.js';

const DAY_MS = 86_400_000;
/** Trips of one user that have not ended. */
const MOST_OPEN = 20;

export interface TravelTrustOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Days that a passed challenge counts. @default 30 */
  readonly trustDays?: number | undefined;
  /** Days that logins are kept. @default 90 */
  readonly retentionDays?: number | undefined;
  readonly hashKey?: SecretText | undefined;
  /** Where an address is. */
  readonly placeOf: (address: IpAddress) => MaybePromise<LoginPlace>;
}

interface AnnouncedRow {
  readonly id: string;
  readonly country: string;
  readonly since: number;
  readonly until: number;
}

/** Where a user's travel counts for less: where a challenge was passed, and where the user said to be. */
export class TravelTrust {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly trustMs: number;
  private readonly pseudonyms: Pseudonyms;
  private readonly placeOf: TravelTrustOptions['placeOf'];

  constructor({ database, clock, trustDays = 30, retentionDays = 90, hashKey, placeOf }: TravelTrustOptions) {
    this.placeOf = placeOf;
    this.database = database;
    this.clock = clock;
    this.trustMs = trustDays * DAY_MS;
    this.pseudonyms = new Pseudonyms(hashKey, new EpochSalts({ database, clock, retentionDays }));
  }

  /**
   * The user passed a challenge (a second factor, a mailed code) at this address: from now on its network is trusted, and
   * its country where the network is an access network. Passing again begins the days anew.
   *
   * @param ip text of one address
   * @throws InvalidLoginError | StorageError
   */
  async passedChallenge(userId: string, ip: string): Promise<void> {
    assertUserId(userId);
    const address = parseIpAddress(ip);
    if (address === undefined) throw new InvalidLoginError('The address of a challenge is one IPv4 or IPv6 address.');
    const place = await this.placeOf(address);
    const now = this.clock.now();
    // Where a VPN's server stands says nothing of where the user is.
    const country = place.network === 'access' ? (place.country ?? null) : null;
    await this.database.query(`select ${this.database.schema}.trust_place($1, $2, $3, $4, $5)`, [
      userId,
      // As with logins: all clients of a NAT64 would be one network.
      await this.pseudonyms.lastingNetwork(effectiveAddress(address)),
      country,
      isoText(now),
      isoText(now + this.trustMs),
    ]);
  }

  /**
   * The user will be, or has been, in a country. Findings that end there in that time are left out, also those of before.
   *
   * @throws InvalidLoginError for a trip that cannot be meant, and for the twenty-first of one user that is still to end.
   * @throws StorageError
   */
  async announce(userId: string, plan: TravelPlan): Promise<AnnouncedTravel> {
    assertUserId(userId);
    const now = this.clock.now();
    const travel = { id: randomUUID(), ...acceptedPlan(plan, now) };
    const { rows } = await this.database.query<{ readonly isTaken: boolean }>(
      `select ${this.database.schema}.announce_travel($1, $2, $3, $4, $5, $6, $7) as "isTaken"`,
      [userId, travel.id, travel.country, isoText(travel.from), isoText(travel.until), isoText(now), MOST_OPEN],
    );
    if (rows[0]?.isTaken === true) return travel;
    throw new InvalidLoginError(`A user announces at most ${MOST_OPEN} trips at a time; withdraw one first.`);
  }

  /** Trips that have not ended, in order of their beginning. @throws InvalidLoginError | StorageError */
  async announced(userId: string): Promise<AnnouncedTravel[]> {
    assertUserId(userId);
    const { rows } = await this.database.query<AnnouncedRow>(
      `select id, country, date_part('epoch', since) * 1000 as since, date_part('epoch', until) * 1000 as until
       from ${this.database.schema}.user_trust
       where user_id = $1::text and kind = 'announced' and until > $2::timestamptz order by since, id`,
      [userId, isoText(this.clock.now())],
    );
    return rows.map(({ id, country, since, until }) => ({
      id,
      country,
      from: Math.round(since),
      until: Math.round(until),
    }));
  }

  /** @returns false where the user has announced no such trip. @throws InvalidLoginError | StorageError */
  async withdraw(userId: string, id: string): Promise<boolean> {
    assertUserId(userId);
    // Ids are ours; other text, NUL included, is the id of nothing.
    if (!/^[0-9a-f-]{36}$/.test(id)) return false;
    const { rowCount } = await this.database.query(
      `delete from ${this.database.schema}.user_trust where user_id = $1::text and id = $2::text and kind = 'announced'`,
      [userId, id],
    );
    return rowCount > 0;
  }
}
