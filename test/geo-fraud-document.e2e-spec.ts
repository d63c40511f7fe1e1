import { systemClock } from '../src/common/clock/clock.js';
import { FleetTravel } from '../src/modules/geo-velocity/fleet/fleet-travel.js';
import { UserJourneys } from '../src/modules/geo-velocity/journey/user-journeys.js';
import type { Database } from '../src/modules/storage/database.js';
import { createDatabase } from '../src/modules/storage/open-database.js';
import { MIGRATIONS } from '../src/modules/storage/schema/migrations.js';
import {
  createDocumentDatabase,
  describeDocument,
  DOCUMENT_ASNS,
  documentLogins,
  HOSTING_LOGINS,
  HOSTING_TABLE,
  IMPOSSIBLE_TRAVEL,
  PREREQUISITES,
  USER_JOURNEYS,
  USER_JOURNEYS_AS_PRINTED,
  type DocumentDatabase,
  type HostingLoginRow,
  type ImpossibleTravelRow,
  type UserJourneyRow,
} from './support/geo-fraud-document.js';

const DAY = 86_400_000;
const now = Date.now();
const WINDOW = { since: now - 80 * DAY, until: now, limit: 10_000 };

const byUserAndTime = <T extends { user: string; at: number }>(rows: T[]): T[] =>
  rows.sort((a, b) => (a.user < b.user ? -1 : a.user > b.user ? 1 : a.at - b.at));

describeDocument("the article's SQL on our tables", () => {
  let terminal: DocumentDatabase;
  let database: Database;
  let fleet: FleetTravel;
  let journeys: UserJourneys;

  beforeAll(async () => {
    terminal = await createDocumentDatabase();
    await terminal.seed(documentLogins(now), DOCUMENT_ASNS);
    database = createDatabase(terminal, MIGRATIONS, systemClock);
    fleet = new FleetTravel({ database });
    journeys = new UserJourneys({ database, clock: systemClock });
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await terminal.dispose();
  });

  /** Which functions measured, and what came out. */
  const measured = async (rule: 'straight' | 'least-distance') => {
    const texts: string[] = [];
    const recording = {
      schema: database.schema,
      transaction: (work: Parameters<Database['transaction']>[0]) =>
        database.transaction((session) =>
          work({
            query: (text, values) => {
              texts.push(text);
              return session.query(text, values);
            },
          }),
        ),
    } as unknown as Database;
    const { trips } = await new FleetTravel({ database: recording }).impossibleTravel({ ...WINDOW, rule });
    return { trips, isByExtension: texts.some((text) => text.includes('.ll_to_earth(')) };
  };

  const close = (km: number | null): unknown => (km === null ? null : expect.closeTo(km, 6));

  it('measures the same without the extensions as with them, wherever they are installed', async () => {
    const { byHand } = terminal;
    for (const rule of ['straight', 'least-distance'] as const) {
      const without = await measured(rule);
      expect(without.isByExtension).toBe(false);
      expect(without.trips.length).toBeGreaterThan(50);
      for (const schema of ['public', 'ip_risk', '"my ""extensions"']) {
        await byHand(`create schema if not exists ${schema}; create extension cube schema ${schema}`);
        expect((await measured(rule)).isByExtension).toBe(false);
        await byHand(`set search_path = ${schema}; create extension earthdistance; set search_path = ip_risk, public`);
        const { trips, isByExtension } = await measured(rule);
        expect(isByExtension).toBe(true);
        expect(trips).toEqual(
          without.trips.map((trip) => ({
            ...trip,
            distanceKm: close(trip.distanceKm),
            speedKmh: close(trip.speedKmh),
          })),
        );
        await byHand('drop extension cube cascade');
      }
    }
  });

  it('lets its prerequisites run, and leaves our tables as they are', async () => {
    const { byHand } = terminal;
    const hosting = await byHand('select asn from hosting_asns order by asn');
    await byHand(`set search_path = public; ${PREREQUISITES} set search_path = ip_risk, public`);
    await byHand(HOSTING_TABLE);
    expect(await byHand('select asn from hosting_asns order by asn')).toEqual(hosting);
    expect(hosting).toHaveLength(DOCUMENT_ASNS.length);
  });

  it('finds the impossible travel that the straight rule answers, to the kilometre and hour', async () => {
    const { byHand } = terminal;
    const rows = await byHand<ImpossibleTravelRow>(IMPOSSIBLE_TRAVEL);
    expect(rows.length).toBeGreaterThan(50);
    const { trips, isComplete } = await fleet.impossibleTravel({ ...WINDOW, rule: 'straight' });
    expect(isComplete).toBe(true);
    const answered = trips.map(({ userId, from, to, distanceKm, elapsedSeconds, speedKmh }) => ({
      user: userId,
      at: to.at,
      from: from.at,
      km: distanceKm,
      hours: elapsedSeconds / 3600,
      kmh: speedKmh,
    }));
    const expected = rows.map((row) => ({
      user: row.user_id,
      at: row.ts.getTime(),
      from: row.prev_ts.getTime(),
      km: close(row.km),
      hours: close(Number(row.hours)),
      kmh: close(row.kmh),
    }));
    expect(byUserAndTime(answered)).toEqual(byUserAndTime(expected));
  });

  it('finds the hosting logins that we answer', async () => {
    const { byHand } = terminal;
    const rows = await byHand<HostingLoginRow>(HOSTING_LOGINS);
    expect(rows.length).toBeGreaterThan(50);
    const { logins, byAsn, isComplete } = await fleet.hostingLogins(WINDOW);
    expect(isComplete).toBe(true);
    const expected = rows.map((row) => ({ user: row.user_id, at: row.ts.getTime(), asn: Number(row.asn) }));
    const answered = logins.map(({ userId, at, asn }) => ({ user: userId, at, asn }));
    expect(byUserAndTime(answered)).toEqual(byUserAndTime(expected));
    for (const { asn, logins: count, users } of byAsn) {
      const through = expected.filter((row) => row.asn === asn);
      expect([count, users]).toEqual([through.length, new Set(through.map(({ user }) => user)).size]);
    }
  });

  it('has a journey that Postgres refuses as it is printed', async () => {
    const { byHand } = terminal;
    await expect(byHand(USER_JOURNEYS_AS_PRINTED)).rejects.toMatchObject({
      code: '42P10',
      message: 'in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list',
    });
  });

  it('has journeys that are ours once that is mended, for the fleet and for each user', async () => {
    const { byHand } = terminal;
    const rows = await byHand<UserJourneyRow>(USER_JOURNEYS);
    const { journeys: answered, isComplete } = await journeys.all();
    expect(isComplete).toBe(true);
    expect(
      rows.map(({ countries_visited, total_logins }) => [Number(countries_visited), Number(total_logins)]),
    ).toEqual(answered.map(({ countriesVisited, totalLogins }) => [countriesVisited, totalLogins]));
    const expected = rows.map((row) => ({
      userId: row.user_id,
      totalLogins: Number(row.total_logins),
      countriesVisited: Number(row.countries_visited),
      countrySequence: row.country_sequence ?? [],
      hasCountryChanges: row.has_country_changes === 1,
      firstLogin: row.first_login.getTime(),
      lastLogin: row.last_login.getTime(),
    }));
    const byUser = (a: { userId: string }, b: { userId: string }): number => (a.userId < b.userId ? -1 : 1);
    expect(answered.toSorted(byUser)).toEqual(expected.toSorted(byUser));
    expect(answered.map(({ userId }) => userId)).toEqual(expect.arrayContaining(['five', 'user 11']));
    expect(answered.map(({ userId }) => userId)).not.toContain('four');
    expect(answered.map(({ userId }) => userId)).not.toContain('long ago');
    expect(new Set(answered.map(({ hasCountryChanges }) => hasCountryChanges))).toContain(true);
    for (const { userId, ...summary } of expected) expect(await journeys.of(userId)).toMatchObject(summary);
  });
});
