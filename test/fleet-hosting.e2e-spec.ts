import { InvalidDatasetError, InvalidLoginError } from '../src/common/errors/ip-risk.error.js';
import { FleetTravel } from '../src/modules/geo-velocity/fleet/fleet-travel.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { insertLogins } from './support/login-rows.js';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 2);
const DAY = { since: START, until: START + 24 * HOUR };

describe.each(DATABASES)('FleetTravel on $name', (databases) => {
  let database: Database;
  let fleet: FleetTravel;

  beforeAll(async () => {
    database = await databases.create();
    fleet = new FleetTravel({ database });
  }, 60_000);

  afterEach(() => database.query(`truncate ${database.schema}.user_login_events, ${database.schema}.hosting_asns`));

  afterAll(() => dispose(database));

  const listed = async (): Promise<number[]> => {
    const { rows } = await database.query<{ asn: number }>(
      `select asn::double precision from ${database.schema}.hosting_asns order by asn`,
    );
    return rows.map(({ asn }) => asn);
  };

  describe('hostingLogins', () => {
    const at = (hour: number): number => START + hour * HOUR;

    beforeEach(async () => {
      await fleet.replaceHostingAsns([64500, 4_200_000_000, 64501]);
      await insertLogins(database, [
        { user: 'ann', at: at(1), id: 'a', asn: 64500 },
        { user: 'ann', at: at(2), id: 'b', asn: 4_200_000_000 },
        { user: 'bob', at: at(3), id: 'c', asn: 4_200_000_000 },
        { user: 'bob', at: at(3), id: 'd', asn: 4_200_000_000 },
        { user: 'bob', at: at(4), id: 'e', asn: 64502 },
        { user: 'bob', at: at(5), id: 'f', asn: null },
        { user: 'cid', at: at(-1), id: 'g', asn: 64500 },
        { user: 'cid', at: at(24), id: 'h', asn: 64500 },
      ]);
    });

    it('tells which logins of the window came through a listed network, and how many through each', async () => {
      expect(await fleet.hostingLogins(DAY)).toEqual({
        logins: [
          { userId: 'bob', eventId: 'c', at: at(3), asn: 4_200_000_000 },
          { userId: 'bob', eventId: 'd', at: at(3), asn: 4_200_000_000 },
          { userId: 'ann', eventId: 'b', at: at(2), asn: 4_200_000_000 },
          { userId: 'ann', eventId: 'a', at: at(1), asn: 64500 },
        ],
        byAsn: [
          { asn: 4_200_000_000, logins: 3, users: 2 },
          { asn: 64500, logins: 1, users: 1 },
        ],
        totalLogins: 4,
        isComplete: true,
      });
    });

    it('counts the whole window where the list of logins is cut', async () => {
      const whole = await fleet.hostingLogins(DAY);
      const cut = await fleet.hostingLogins({ ...DAY, limit: 2 });
      expect(cut).toEqual({ ...whole, logins: whole.logins.slice(0, 2), isComplete: false });
    });

    it('refuses a third question while it answers two, and takes the next one', async () => {
      const answers = await Promise.allSettled([1, 2, 3].map(() => fleet.hostingLogins(DAY)));
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
      expect(answers[2]).toMatchObject({ reason: { code: 'STORAGE_UNAVAILABLE' } });
      await expect(fleet.hostingLogins(DAY)).resolves.toMatchObject({ totalLogins: 4 });
    });

    it('answers nothing where nothing is listed', async () => {
      await fleet.replaceHostingAsns([]);
      expect(await fleet.hostingLogins(DAY)).toEqual({ logins: [], byAsn: [], totalLogins: 0, isComplete: true });
    });
  });

  describe('replaceHostingAsns', () => {
    it('makes the list what it was given, however long, and tells what that changed', async () => {
      const odd = Array.from({ length: 12_001 }, (_, index) => index * 2 + 1);
      expect(await fleet.replaceHostingAsns([...odd, ...odd])).toEqual({ listed: 12_001, added: 12_001, removed: 0 });
      expect(await listed()).toEqual(odd);
      expect(await fleet.replaceHostingAsns(odd)).toEqual({ listed: 12_001, added: 0, removed: 0 });
      const thirds = Array.from({ length: 8000 }, (_, index) => index * 3 + 1).toReversed();
      await fleet.replaceHostingAsns(thirds);
      expect(await listed()).toEqual(thirds.toReversed());
      expect(await fleet.replaceHostingAsns([1])).toEqual({ listed: 1, added: 0, removed: 7999 });
      expect(await fleet.replaceHostingAsns([4_294_967_295])).toEqual({ listed: 1, added: 1, removed: 1 });
      expect(await fleet.replaceHostingAsns([])).toEqual({ listed: 0, added: 0, removed: 1 });
    });

    it.each([0, -1, 1.5, NaN, 4_294_967_296])('refuses %s and keeps the list before', async (asn) => {
      await fleet.replaceHostingAsns([64500]);
      await expect(fleet.replaceHostingAsns([64501, asn])).rejects.toThrow(InvalidDatasetError);
      expect(await listed()).toEqual([64500]);
    });

    it('never mixes two lists that come at once', async () => {
      const lists = Array.from({ length: 6 }, (_, list) =>
        Array.from({ length: 50 }, (__, index) => 1 + list + index * 7),
      );
      await Promise.all(lists.map((list) => fleet.replaceHostingAsns(list)));
      expect(lists).toContainEqual(await listed());
    });
  });

  describe('travellers', () => {
    it('tells who logged in from enough countries, most countries first, each with its countries in order', async () => {
      const login = (
        user: string,
        hour: number,
        country: string | null,
      ): { user: string; at: number; country: string | null } => ({
        user,
        at: START + hour * HOUR,
        country,
      });
      await insertLogins(database, [
        ...['JP', 'DE', 'US', 'DE'].map((country, hour) => login('ann', hour, country)),
        ...['DE', 'FR', 'IT', 'PT', null].map((country, hour) => login('bob', hour, country)),
        ...['DE', 'FR', null, 'DE'].map((country, hour) => login('cid', hour, country)),
        ...['US', 'FR', 'IT', 'IT', 'IT'].map((country, hour) => login(`d'; drop table x; --`, hour, country)),
        login('cid', -1, 'US'),
        login('cid', 24, 'US'),
      ]);
      const { travellers, isComplete } = await fleet.travellers(DAY);
      expect(isComplete).toBe(true);
      expect(travellers.map(({ userId, totalLogins }) => [userId, totalLogins])).toEqual([
        ['bob', 5],
        [`d'; drop table x; --`, 5],
        ['ann', 4],
      ]);
      expect(travellers[2]?.countries).toEqual([
        { country: 'JP', logins: 1, firstLogin: START, lastLogin: START },
        { country: 'DE', logins: 2, firstLogin: START + HOUR, lastLogin: START + 3 * HOUR },
        { country: 'US', logins: 1, firstLogin: START + 2 * HOUR, lastLogin: START + 2 * HOUR },
      ]);
      const most = await fleet.travellers({ ...DAY, minCountries: 4 });
      expect(most.travellers.map(({ userId }) => userId)).toEqual(['bob']);
      expect(await fleet.travellers({ ...DAY, limit: 1 })).toEqual({
        travellers: travellers.slice(0, 1),
        isComplete: false,
      });
    });

    it.each([0, 1.5, NaN, 301])('refuses %s countries', async (minCountries) => {
      await expect(fleet.travellers({ ...DAY, minCountries })).rejects.toThrow(InvalidLoginError);
    });
  });
});
