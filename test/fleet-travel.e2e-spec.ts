import fc from 'fast-check';
import { InvalidLoginError } from '../src/common/errors/ip-risk.error.js';
import { FleetTravel } from '../src/modules/geo-velocity/fleet/fleet-travel.js';
import type { ImpossibleTrip } from '../src/modules/geo-velocity/fleet/impossible-trip.js';
import { TRAVEL_RULES, type TravelRule } from '../src/modules/geo-velocity/fleet/impossible-trips-sql.js';
import { seededRandom } from '../src/modules/geo-velocity/anomalies/seeded-random.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { eventIdOf, insertLogins, type LoginRow } from './support/login-rows.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 2);
const WEEK = { since: START, until: START + 7 * DAY };

const BERLIN = { country: 'DE', lat: 52.52, lon: 13.405 };
const POTSDAM = { country: 'DE', lat: 52.39, lon: 13.064 };
const NEW_YORK = { country: 'US', lat: 40.7128, lon: -74.006 };
const TOKYO = { country: 'JP', lat: 35.6895, lon: 139.6917 };

const key = ({ userId, from, to }: ImpossibleTrip): string => `${userId}: ${from.eventId} > ${to.eventId}`;

describe.each(DATABASES)('FleetTravel.impossibleTravel on $name', (databases) => {
  let database: Database;
  let fleet: FleetTravel;

  beforeAll(async () => {
    database = await databases.create();
    fleet = new FleetTravel({ database });
  }, 60_000);

  afterEach(() => database.query(`truncate ${database.schema}.user_login_events`));

  afterAll(() => dispose(database));

  const tripsOf = async (rows: readonly LoginRow[], rule?: TravelRule): Promise<readonly ImpossibleTrip[]> => {
    await insertLogins(database, rows);
    return (await fleet.impossibleTravel({ ...WEEK, rule })).trips;
  };

  it('tells both ends, the least distance and the speed of a trip that nobody can make', async () => {
    const [trip, ...others] = await tripsOf([
      { user: 'ann', at: START + HOUR, id: 'a', city: 'Berlin', region: 'BE', ...BERLIN },
      { user: 'ann', at: START + 2 * HOUR, id: 'b', radiusKm: 100, ...NEW_YORK },
    ]);
    expect(others).toEqual([]);
    expect(trip).toMatchObject({
      userId: 'ann',
      from: { eventId: 'a', at: START + HOUR, country: 'DE', region: 'BE', city: 'Berlin', latitude: 52.52 },
      to: { eventId: 'b', at: START + 2 * HOUR, country: 'US', region: undefined, city: undefined, longitude: -74.006 },
      elapsedSeconds: 3600,
    });
    // 6392 km by earth_distance, less 20 and 100.
    expect(trip?.distanceKm).toBeCloseTo(6392.4 - 120, 0);
    expect(trip?.speedKmh).toBeCloseTo(trip?.distanceKm ?? NaN, 6);
  });

  it.each<[string, readonly Partial<LoginRow>[]]>([
    ['is slow enough', [BERLIN, { ...NEW_YORK, at: START + 8 * HOUR }]],
    ['is near enough', [BERLIN, { ...POTSDAM, at: START }]],
    [
      'may be no further than the radii',
      [
        { ...BERLIN, radiusKm: 3000 },
        { ...NEW_YORK, radiusKm: 3200 },
      ],
    ],
    [
      'is from the same address',
      [
        { ...BERLIN, address: 'x' },
        { ...NEW_YORK, address: 'x' },
      ],
    ],
    [
      'is from the same network',
      [
        { ...BERLIN, prefix: 'x' },
        { ...NEW_YORK, prefix: 'x' },
      ],
    ],
    [
      'is from the same network by its plain addresses',
      [
        { ...BERLIN, ip: '192.0.2.1', address: null, prefix: null },
        { ...NEW_YORK, ip: '192.0.2.200', address: null, prefix: null },
      ],
    ],
    ['goes through a VPN', [BERLIN, { ...NEW_YORK, network: 'vpn' }]],
    ['has no coordinates', [BERLIN, { ...NEW_YORK, lat: null, lon: null, comparable: true }]],
    ['has coordinates that are none', [BERLIN, { ...NEW_YORK, lat: 100 }]],
    ['knows the country alone', [BERLIN, { ...NEW_YORK, radiusKm: null, comparable: true }]],
    ['has a radius that is none', [BERLIN, { ...NEW_YORK, radiusKm: -5, city: 'New York' }]],
    ['is the first one', [NEW_YORK]],
  ])('is silent where a login %s', async (_, rows) => {
    const trips = await tripsOf(
      rows.map((row, index) => ({ user: 'ann', id: `login ${index}`, at: START + index * 60_000, ...row })),
    );
    expect(trips).toEqual([]);
  });

  it('takes 50 km for a city and 200 km for a region without a radius', async () => {
    const trips = await tripsOf([
      { user: 'ann', at: START, city: 'Berlin', region: 'BE', ...BERLIN, radiusKm: null },
      { user: 'ann', at: START + HOUR, region: 'NY', ...NEW_YORK, radiusKm: null },
    ]);
    expect(trips[0]?.distanceKm).toBeCloseTo(6392.4 - 250, 0);
  });

  it('compares with the login before the VPN, by least distance, and with the VPN itself when straight', async () => {
    const rows = [
      { user: 'ann', at: START, id: 'home', ...BERLIN },
      { user: 'ann', at: START + HOUR, id: 'vpn', ...TOKYO, network: 'vpn' },
      { user: 'ann', at: START + 2 * HOUR, id: 'away', ...NEW_YORK },
    ];
    expect((await tripsOf(rows)).map(key)).toEqual(['ann: home > away']);
    const { trips } = await fleet.impossibleTravel({ ...WEEK, rule: 'straight' });
    expect(trips.map(key)).toEqual(['ann: vpn > away', 'ann: home > vpn']);
  });

  it('counts two places at one instant as infinitely fast by least distance, and leaves them out when straight', async () => {
    const rows = [
      { user: 'ann', at: START, id: 'a', ...BERLIN },
      { user: 'ann', at: START, id: 'b', ...NEW_YORK },
    ];
    const [trip] = await tripsOf(rows);
    expect(trip).toMatchObject({ elapsedSeconds: 0, speedKmh: null, from: { eventId: 'a' }, to: { eventId: 'b' } });
    expect((await fleet.impossibleTravel({ ...WEEK, rule: 'straight' })).trips).toEqual([]);
  });

  it('goes by the limits it was given', async () => {
    await insertLogins(database, [
      { user: 'ann', at: START, ...BERLIN },
      { user: 'ann', at: START + 8 * HOUR, ...NEW_YORK },
      { user: 'bob', at: START, ...BERLIN },
      { user: 'bob', at: START + 60_000, ...POTSDAM, lat: 50.5 },
    ]);
    const slow = new FleetTravel({ database, limits: { speedKmh: 500, minDistanceKm: 100 } });
    expect((await slow.impossibleTravel(WEEK)).trips.map(({ userId }) => userId)).toEqual(['ann', 'bob']);
    expect((await fleet.impossibleTravel(WEEK)).trips).toEqual([]);
  });

  it.each(TRAVEL_RULES)(
    'finds by the rule %s what going through each history finds, on each day and all',
    async (rule) => {
      const rows = histories(1200, 11);
      await insertLogins(database, rows);
      const expected = byHand(rows, rule);
      expect(expected.length).toBeGreaterThan(100);
      const all = await fleet.impossibleTravel({ ...WEEK, rule, limit: 10_000 });
      expect(all.isComplete).toBe(true);
      expect(all.trips.map(key).sort()).toEqual(expected.sort());
      const days = [];
      for (let since = WEEK.since; since < WEEK.until; since += DAY) {
        days.unshift(...(await fleet.impossibleTravel({ since, until: since + DAY, rule, limit: 10_000 })).trips);
      }
      expect(days).toEqual(all.trips);
    },
  );

  it('answers the latest first, no more than was asked for, and says when there is more', async () => {
    await insertLogins(database, histories(600, 5));
    const { trips } = await fleet.impossibleTravel({ ...WEEK, limit: 10_000 });
    expect(trips.map(({ to }) => to.at)).toEqual(trips.map(({ to }) => to.at).toSorted((a, b) => b - a));
    const some = await fleet.impossibleTravel({ ...WEEK, limit: 7 });
    expect(some).toEqual({ trips: trips.slice(0, 7), isComplete: false });
    expect((await fleet.impossibleTravel({ ...WEEK, limit: trips.length })).isComplete).toBe(true);
  });

  it('takes a window of the retention at most, the right way round', async () => {
    const month = new FleetTravel({ database, retentionDays: 30 });
    await expect(month.impossibleTravel({ since: START, until: START + 30 * DAY })).resolves.toEqual({
      trips: [],
      isComplete: true,
    });
    const refused = [
      { since: START, until: START + 30 * DAY + 1 },
      { since: START, until: START },
      { since: START + 1, until: START },
      { since: NaN, until: START },
      { since: START, until: Infinity },
      { since: -1e14, until: -1e14 + DAY },
      ...[0, 1.5, -1, NaN, 10_001].map((limit) => ({ ...WEEK, limit })),
    ];
    for (const window of refused) {
      await expect(month.impossibleTravel(window)).rejects.toThrow(InvalidLoginError);
      await expect(month.hostingLogins(window)).rejects.toThrow(InvalidLoginError);
      await expect(month.travellers(window)).rejects.toThrow(InvalidLoginError);
    }
  });
});

describe('the way around that is measured first', () => {
  it('is never shorter than the great circle', () => {
    const latitude = fc.double({ min: -90, max: 90, noNaN: true });
    const longitude = fc.double({ min: -180, max: 180, noNaN: true });
    fc.assert(
      fc.property(latitude, longitude, latitude, longitude, (lat1, lon1, lat2, lon2) => {
        const detour = (Math.abs(lat1 - lat2) + Math.abs(lon1 - lon2)) * (Math.PI / 180) * 6378.168 * 1.000_001;
        expect(kmBetween({ lat: lat1, lon: lon1 }, { lat: lat2, lon: lon2 })).toBeLessThanOrEqual(detour + 1e-3);
      }),
    );
  });
});

interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** By the angle between two vectors from the Earth's centre: neither haversine nor a chord. */
function kmBetween(a: Place, b: Place): number {
  const [x1, y1, z1] = vectorOf(a);
  const [x2, y2, z2] = vectorOf(b);
  const cross = Math.hypot(y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2);
  return 6378.168 * Math.atan2(cross, x1 * x2 + y1 * y2 + z1 * z2);
}

function vectorOf({ lat, lon }: Place): [number, number, number] {
  const [phi, lambda] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

/** Logins of 20 users over a week, with every kind of gap in them; ids go with time. */
function histories(count: number, seed: number): (LoginRow & Place)[] {
  const random = seededRandom(seed);
  const cities = [BERLIN, POTSDAM, NEW_YORK, TOKYO, { country: 'NZ', lat: -41.29, lon: 174.78 }];
  return Array.from({ length: count }, (_, index) => {
    const city = cities[Math.floor(random() ** 2 * cities.length)] ?? BERLIN;
    const place = { country: city.country, lat: city.lat + random() / 10, lon: city.lon + random() / 10 };
    return {
      user: `user ${Math.floor(random() * 20)}`,
      id: `login ${String(index).padStart(5, '0')}`,
      at: START + Math.floor((index * 7 * DAY) / count),
      ...place,
      network: random() < 0.15 ? 'hosting' : 'access',
      radiusKm: Math.floor(random() * 300),
      prefix: random() < 0.2 ? 'office' : `prefix ${index}`,
    };
  });
}

/** What each rule means, as plain loops over one user after the other. */
function byHand(rows: readonly (LoginRow & Place)[], rule: TravelRule): string[] {
  const found: string[] = [];
  for (const user of new Set(rows.map((row) => row.user))) {
    const logins = rows.filter((row) => row.user === user && (rule === 'straight' || row.network === 'access'));
    for (const [index, to] of logins.entries()) {
      const from = logins[index - 1];
      if (from === undefined || to.at === from.at) continue;
      const radii = rule === 'straight' ? 0 : (from.radiusKm ?? 0) + (to.radiusKm ?? 0);
      const km = kmBetween(from, to) - radii;
      const isApart = rule === 'straight' || (km > 300 && from.prefix !== to.prefix);
      if (isApart && km / ((to.at - from.at) / HOUR) > 900)
        found.push(`${user}: ${eventIdOf(from)} > ${eventIdOf(to)}`);
    }
  }
  return found;
}
