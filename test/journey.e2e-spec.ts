import { InvalidLoginError } from '../src/common/errors/ip-risk.error.js';
import { UserJourneys } from '../src/modules/geo-velocity/journey/user-journeys.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';
import { insertLogins, type LoginRow } from './support/login-rows.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 22);

/** One login an hour, the last one an hour ago. */
const visits = (user: string, countries: readonly (string | null)[]): LoginRow[] =>
  countries.map((country, index) => ({ user, at: NOW - (countries.length - index) * HOUR, country }));

describe.each(DATABASES)('UserJourneys on $name', (databases) => {
  let database: Database;
  let journeys: UserJourneys;

  beforeAll(async () => {
    database = await databases.create();
    journeys = new UserJourneys({ database, clock: new FakeClock(NOW) });
  }, 60_000);

  afterEach(() => database.query(`truncate ${database.schema}.user_login_events`));

  afterAll(() => dispose(database));

  describe('of', () => {
    it('tells the countries in the order of their first login, each change, and the first and last login', async () => {
      await insertLogins(database, [
        ...visits('ann', ['JP', 'JP', 'DE', 'US', 'DE', 'JP']).toReversed(),
        ...visits('bob', ['FR']),
      ]);
      expect(await journeys.of('ann')).toEqual({
        windowDays: 30,
        totalLogins: 6,
        countriesVisited: 3,
        countrySequence: ['JP', 'DE', 'US'],
        hasCountryChanges: true,
        countryChanges: 4,
        changes: [
          { at: NOW - 4 * HOUR, from: 'JP', to: 'DE' },
          { at: NOW - 3 * HOUR, from: 'DE', to: 'US' },
          { at: NOW - 2 * HOUR, from: 'US', to: 'DE' },
          { at: NOW - HOUR, from: 'DE', to: 'JP' },
        ],
        firstLogin: NOW - 6 * HOUR,
        lastLogin: NOW - HOUR,
      });
    });

    it('takes an unknown country for no country and for no change', async () => {
      await insertLogins(database, visits('ann', [null, 'DE', null, 'US', 'US', null]));
      expect(await journeys.of('ann')).toMatchObject({
        totalLogins: 6,
        countriesVisited: 2,
        countrySequence: ['DE', 'US'],
        hasCountryChanges: false,
        countryChanges: 0,
        changes: [],
      });
    });

    it('has zeros and no dates for a user without logins', async () => {
      await insertLogins(database, visits('bob', ['FR']));
      expect(await journeys.of(`'; drop table user_login_events; --`)).toEqual({
        windowDays: 30,
        totalLogins: 0,
        countriesVisited: 0,
        countrySequence: [],
        hasCountryChanges: false,
        countryChanges: 0,
        changes: [],
        firstLogin: undefined,
        lastLogin: undefined,
      });
    });

    it('looks back as many days as it is asked to, by its own clock', async () => {
      await insertLogins(database, [
        { user: 'ann', at: NOW - 30 * DAY - 1, country: 'FR' },
        { user: 'ann', at: NOW - 30 * DAY, country: 'US' },
        { user: 'ann', at: NOW - 1, country: 'DE' },
      ]);
      expect(await journeys.of('ann')).toMatchObject({ totalLogins: 2, countrySequence: ['US', 'DE'] });
      expect(await journeys.of('ann', 31)).toMatchObject({ totalLogins: 3, windowDays: 31 });
      expect(await journeys.of('ann', 1)).toMatchObject({ totalLogins: 1, firstLogin: NOW - 1, lastLogin: NOW - 1 });
    });

    it('goes by the event id where logins have one instant', async () => {
      await insertLogins(database, [
        { user: 'ann', at: NOW - 1, id: 'b', country: 'DE' },
        { user: 'ann', at: NOW - 1, id: 'a', country: 'US' },
      ]);
      expect((await journeys.of('ann')).changes).toEqual([{ at: NOW - 1, from: 'US', to: 'DE' }]);
    });

    it('keeps the last 1000 changes and counts all', async () => {
      const countries = Array.from({ length: 1101 }, (_, index) => (index % 2 === 0 ? 'DE' : 'FR'));
      await insertLogins(database, visits('ann', countries));
      const { changes, countryChanges, totalLogins } = await journeys.of('ann', 60);
      expect({ countryChanges, totalLogins }).toEqual({ countryChanges: 1100, totalLogins: 1101 });
      expect(changes).toHaveLength(1000);
      expect([changes[0]?.at, changes.at(-1)?.at]).toEqual([NOW - 1000 * HOUR, NOW - HOUR]);
    });

    it('refuses what is no user and no number of days', async () => {
      await expect(journeys.of('anonymous')).rejects.toThrow(InvalidLoginError);
      for (const days of [0, -1, 0.5, NaN, Infinity, 3661]) {
        await expect(journeys.of('ann', days)).rejects.toThrow(InvalidLoginError);
        await expect(journeys.all({ days })).rejects.toThrow(InvalidLoginError);
      }
    });
  });

  describe('all', () => {
    beforeEach(() =>
      insertLogins(database, [
        ...visits('five in one', ['DE', 'DE', 'DE', 'DE', 'DE']),
        ...visits('four', ['DE', 'FR', 'IT', 'US']),
        ...visits('b', ['DE', 'FR', 'DE', null, 'DE', 'FR']),
        ...visits('B', ['FR', null, 'DE', 'DE', 'DE', 'DE']),
        ...visits('long', ['DE', 'FR', 'FR', 'FR', 'FR', 'FR', 'FR']),
        ...visits('three', ['US', 'FR', 'DE', 'DE', 'DE']),
        { user: 'four', at: NOW - 30 * DAY - 1 },
      ]),
    );

    it('tells of each user with enough logins: most countries first, then most logins, then the user id', async () => {
      const { journeys: found, ...rest } = await journeys.all();
      expect(rest).toEqual({ windowDays: 30, isComplete: true });
      expect(found.map(({ userId }) => userId)).toEqual(['three', 'long', 'B', 'b', 'five in one']);
      expect(found[2]).toEqual({
        userId: 'B',
        totalLogins: 6,
        countriesVisited: 2,
        countrySequence: ['FR', 'DE'],
        hasCountryChanges: false,
        firstLogin: NOW - 6 * HOUR,
        lastLogin: NOW - HOUR,
      });
      expect(found.map(({ hasCountryChanges }) => hasCountryChanges)).toEqual([true, true, false, true, false]);
    });

    it('tells of each user what it tells of that user alone', async () => {
      const { journeys: found } = await journeys.all({ minLogins: 1 });
      expect(found).toHaveLength(6);
      for (const { userId, ...summary } of found) expect(await journeys.of(userId)).toMatchObject(summary);
    });

    it('answers no more users than asked for and says when there are more', async () => {
      const { journeys: found } = await journeys.all();
      expect(await journeys.all({ limit: 2 })).toMatchObject({ journeys: found.slice(0, 2), isComplete: false });
      expect(await journeys.all({ limit: 5 })).toMatchObject({ isComplete: true });
    });

    it('refuses numbers outside of their ranges', async () => {
      await expect(journeys.all({ minLogins: 0 })).rejects.toThrow(InvalidLoginError);
      await expect(journeys.all({ limit: 10_001 })).rejects.toThrow(InvalidLoginError);
    });
  });
});
