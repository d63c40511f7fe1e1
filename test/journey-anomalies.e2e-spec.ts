import { InvalidLoginError } from '../src/common/errors/ip-risk.error.js';
import { UserAnomalies } from '../src/modules/geo-velocity/anomalies/user-anomalies.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { insertLogins, type LoginRow } from './support/login-rows.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 2);

const daily = (user: string, count: number): LoginRow[] =>
  Array.from({ length: count }, (_, index) => ({ user, at: START + index * DAY, id: `login ${10 + index}` }));

describe.each(DATABASES)('UserAnomalies on $name', (databases) => {
  let database: Database;
  let anomalies: UserAnomalies;

  beforeAll(async () => {
    database = await databases.create();
    anomalies = new UserAnomalies({ database });
  }, 60_000);

  afterEach(() => database.query(`truncate ${database.schema}.user_login_events`));

  afterAll(() => dispose(database));

  it('names the login that stands out, through whatever network, and counts what it looked at', async () => {
    const away = { user: 'ann', at: START + 5 * DAY + 60_000, id: 'away', country: 'JP', lat: 35.69, lon: 139.69 };
    await insertLogins(database, [...daily('ann', 19), { ...away, network: 'vpn' }].toReversed());
    const report = await anomalies.of('ann');
    expect(report).toMatchObject({ status: 'analysed', logins: 20, needed: 10 });
    expect(report.anomalies.map(({ index, login }) => [index, login.eventId])).toContainEqual([6, 'away']);
    expect(report.anomalies.find(({ index }) => index === 6)?.login).toMatchObject({ network: 'vpn', country: 'JP' });
    expect(await anomalies.of('ann')).toEqual(report);
  });

  it('says that fewer than 10 logins at known places are too few', async () => {
    await insertLogins(database, [
      ...daily('ann', 9),
      { user: 'ann', at: START - 1, lat: null, lon: null },
      { user: 'ann', at: START - 2, lat: 0, lon: 0 },
      { user: 'ann', at: START - 3, lat: 100 },
      ...daily('bob', 10),
    ]);
    expect(await anomalies.of('ann')).toEqual({ status: 'too-few', logins: 9, needed: 10, anomalies: [] });
    expect(await anomalies.of('bob')).toMatchObject({ status: 'analysed', logins: 10 });
    expect(await anomalies.of('nobody')).toEqual({ status: 'too-few', logins: 0, needed: 10, anomalies: [] });
  });

  it('looks at the last 1,000 logins', async () => {
    const rows = Array.from({ length: 1001 }, (_, index) => ({ user: 'ann', at: START + index * 60_000 }));
    await insertLogins(database, [...rows.slice(1), { ...rows[0], user: 'ann', at: START - 30 * DAY, lat: -40 }]);
    const report = await anomalies.of('ann');
    expect(report.logins).toBe(1000);
    expect(report.anomalies.filter(({ login }) => login.latitude === -40)).toEqual([]);
  });

  it('refuses what is no user', async () => {
    await expect(anomalies.of('null')).rejects.toThrow(InvalidLoginError);
  });
});
