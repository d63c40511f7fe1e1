import { ApiKeys } from '../src/common/config/api-keys.js';
import type { ServiceConfig } from '../src/common/config/service-config.js';
import { FleetTravel } from '../src/modules/geo-velocity/fleet/fleet-travel.js';
import { ApiDescription } from './support/api-description.js';
import { DATABASES } from './support/databases.js';
import type { Answer } from './support/http-client.js';
import { ADDRESSES, DAY, HOUR, MINUTE, TravellingUsers } from './support/travelling-users.js';

const now = Date.now();
const iso = (ms: number): string => new Date(ms).toISOString();
const WINDOW = `since=${now - 10 * DAY}&until=${now + DAY}`;

let users: TravellingUsers;
let description: ApiDescription;

/** Every field stands in the description, and every field of the description in the answer. */
function expectDescribed({ json }: Answer, schema: string): void {
  expect(description.undescribed(json, schema)).toEqual([]);
  expect(description.missing(json, schema)).toEqual([]);
}

const ask = (path: string): Promise<Answer> => users.get(`/v1/analytics/${path}`);

describe.each(DATABASES)('analytics over the API on $name', (databases) => {
  beforeAll(async () => {
    users = await TravellingUsers.start(databases);
    description = await ApiDescription.of(users.service);
    await users.service.app.get(FleetTravel).replaceHostingAsns([9009, 24940]);
    const logins: [user: string, address: string, ts: number][] = [
      // There and back in two hours, and on to a third country by way of a VPN.
      ['ann', ADDRESSES.paris, now - 5 * DAY],
      ['ann', ADDRESSES.tokyo, now - 5 * DAY + HOUR],
      ['ann', ADDRESSES.lyon, now - 5 * DAY + 2 * HOUR],
      ['ann', ADDRESSES.vpn, now - 5 * DAY + 2 * HOUR + MINUTE],
      // At home, with a server far away at the same time.
      ['bob', ADDRESSES.paris, now - 4 * DAY],
      ['bob', ADDRESSES.server, now - 4 * DAY + MINUTE],
      ['bob', ADDRESSES.parisToo, now - 3 * DAY],
      // Two places at once.
      ['eve/1', ADDRESSES.paris, now - 2 * DAY],
      ['eve/1', ADDRESSES.tokyo, now - 2 * DAY],
    ];
    for (const [user_id, ip_address, ts] of logins) {
      const { status } = await users.logIn({ user_id, ip_address, ts, event_id: `${ip_address}-${user_id}` });
      expect(status).toBe(200);
    }
  }, 60_000);

  afterAll(() => users.close());

  const trips = ({ json }: Answer): string[][] =>
    (json.trips as { user_id: string; from: { ts: string }; to: { ts: string } }[]).map(({ user_id, from, to }) => [
      user_id,
      from.ts,
      to.ts,
    ]);

  it('finds the impossible travel of all users, the latest first', async () => {
    const answer = await ask(`impossible-travel?${WINDOW}`);
    expect([answer.status, answer.json]).toMatchObject([
      200,
      { since: iso(now - 10 * DAY), until: iso(now + DAY), complete: true, rule: 'least-distance' },
    ]);
    expect(trips(answer)).toEqual([
      ['eve/1', iso(now - 2 * DAY), iso(now - 2 * DAY)],
      ['ann', iso(now - 5 * DAY + HOUR), iso(now - 5 * DAY + 2 * HOUR)],
      ['ann', iso(now - 5 * DAY), iso(now - 5 * DAY + HOUR)],
    ]);
    expect(answer.json.trips[0]).toMatchObject({ elapsed_seconds: 0, speed_kmh: null });
    expect(answer.json.trips[2]).toMatchObject({
      from: { event_id: `${ADDRESSES.paris}-ann`, country: 'FR', region: 'Île-de-France', city: 'Paris' },
      to: { country: 'JP', city: 'Chiyoda' },
      elapsed_seconds: 3600,
    });
    expectDescribed(answer, 'FleetTrips');
  });

  it('takes every network at its word by the straight rule, and no two logins at once', async () => {
    const answer = await ask(`impossible-travel?${WINDOW}&rule=straight`);
    expect(answer.json.rule).toBe('straight');
    expect(trips(answer).map(([user]) => user)).toEqual(['bob', 'ann', 'ann', 'ann']);
    expectDescribed(answer, 'FleetTrips');
  });

  it('answers as many rows as are asked for, and says that there are more', async () => {
    const { json } = await ask(`impossible-travel?${WINDOW}&limit=1`);
    expect([json.trips.length, json.complete]).toEqual([1, false]);
    expect((await ask(`hosting-logins?${WINDOW}&limit=1`)).json).toMatchObject({ complete: false, total_logins: 2 });
    expect((await ask(`travellers?${WINDOW}&min_countries=1&limit=1`)).json.complete).toBe(false);
    expect((await ask('journeys?min_logins=1&limit=1')).json.complete).toBe(false);
  });

  it('looks at the window alone: from its first instant to before its last', async () => {
    const [since, until] = [iso(now - 5 * DAY + HOUR), iso(now - 5 * DAY + 2 * HOUR)];
    const inside = await ask(`impossible-travel?since=${since}&until=${until}`);
    // The login before the window is what the first one within it is compared with.
    expect(trips(inside)).toEqual([['ann', iso(now - 5 * DAY), since]]);
    const zoned = encodeURIComponent(since.replace('Z', '+00:00'));
    expect(trips(await ask(`impossible-travel?since=${zoned}&until=${until}`))).toEqual(trips(inside));
  });

  it('looks at the last day where nothing is said', async () => {
    const { json } = await ask('impossible-travel');
    const [since, until] = [Date.parse(json.since as string), Date.parse(json.until as string)];
    expect([until - since, json.trips]).toEqual([DAY, []]);
    expect(until).toBeGreaterThanOrEqual(now);
    expect((await ask(`travellers?until=${now}`)).json.since).toBe(iso(now - DAY));
  });

  it('lists logins through networks of servers, and counts them', async () => {
    const answer = await ask(`hosting-logins?${WINDOW}`);
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        since: iso(now - 10 * DAY),
        until: iso(now + DAY),
        complete: true,
        total_logins: 2,
        by_asn: [
          { asn: 9009, logins: 1, users: 1 },
          { asn: 24940, logins: 1, users: 1 },
        ],
        logins: [
          { user_id: 'bob', event_id: `${ADDRESSES.server}-bob`, ts: iso(now - 4 * DAY + MINUTE), asn: 24940 },
          { user_id: 'ann', event_id: `${ADDRESSES.vpn}-ann`, ts: iso(now - 5 * DAY + 2 * HOUR + MINUTE), asn: 9009 },
        ],
      },
    ]);
    expectDescribed(answer, 'FleetHosting');
  });

  it('lists users of many countries', async () => {
    const answer = await ask(`travellers?${WINDOW}`);
    expect(answer.json.travellers).toEqual([
      {
        user_id: 'ann',
        total_logins: 4,
        countries: [
          {
            country: 'FR',
            logins: 2,
            first_login: iso(now - 5 * DAY),
            last_login: iso(now - 5 * DAY + 2 * HOUR),
          },
          { country: 'JP', logins: 1, first_login: iso(now - 5 * DAY + HOUR), last_login: iso(now - 5 * DAY + HOUR) },
          expect.objectContaining({ country: 'US', logins: 1 }),
        ],
      },
    ]);
    expectDescribed(answer, 'FleetTravellers');
    const two = await ask(`travellers?${WINDOW}&min_countries=2`);
    const names = (two.json.travellers as { readonly user_id: string }[]).map(({ user_id }) => user_id);
    expect(names).toEqual(['ann', 'bob', 'eve/1']);
  });

  it('lists journeys of users with enough logins', async () => {
    expect((await ask('journeys')).json).toEqual({ window_days: 30, complete: true, journeys: [] });
    const answer = await ask('journeys?days=10&min_logins=3');
    expect(answer.json).toMatchObject({
      window_days: 10,
      complete: true,
      journeys: [
        { user_id: 'ann', total_logins: 4, countries_visited: 3, country_sequence: ['FR', 'JP', 'US'] },
        { user_id: 'bob', total_logins: 3, country_sequence: ['FR', 'DE'], has_country_changes: true },
      ],
    });
    expectDescribed(answer, 'FleetJourneys');
  });

  it('shows no address and no pseudonym', async () => {
    const paths = [`impossible-travel?${WINDOW}`, `travellers?${WINDOW}&min_countries=1`, 'journeys?min_logins=1'];
    for (const path of paths) {
      const { text } = await ask(path);
      // The event ids of this test hold addresses; those are the caller's own words.
      const withoutIds = text.replace(/"event_id":"[^"]*"/g, '');
      expect(withoutIds).not.toMatch(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|pseudonym|latitude/);
    }
  });
});

describe('what the routes of analytics refuse', () => {
  const KEY = 'a-key-of-the-tests';
  const PATHS = ['impossible-travel', 'hosting-logins', 'travellers', 'journeys'];
  const [embedded] = DATABASES;
  const started = (settings: Partial<ServiceConfig> = {}): Promise<TravellingUsers> => {
    if (embedded === undefined) throw new TypeError('The embedded database is always there.');
    const config = { apiKeys: new ApiKeys([KEY]), ...settings };
    return TravellingUsers.start(embedded, config, { headers: [['x-api-key', KEY]] });
  };

  beforeAll(async () => {
    users = await started();
  }, 60_000);

  afterAll(() => users.close());

  const INSTANT = /^since must be ISO 8601 text with a time zone, such as \S+, or milliseconds since 1970\.$/;

  it.each([
    ['impossible-travel?since=yesterday', INSTANT],
    ['impossible-travel?since=2026-11-20', INSTANT],
    ['hosting-logins?since=', INSTANT],
    ['travellers?since=1e12', INSTANT],
    ['impossible-travel?since=2026-11-20T10:00:00+01:00', / Write the \+ of a time zone as %2B in a URL\.$/],
    ['impossible-travel?until=soon', /^until must be ISO 8601 /],
    [`impossible-travel?since=${now}&until=${now - DAY}`, /window/],
    [`impossible-travel?since=${now}&until=${now}`, /window/],
    [`impossible-travel?since=${now - 91 * DAY}&until=${now}`, /window/],
    ['impossible-travel?since=0', /window/],
    [`hosting-logins?until=${Number.MAX_SAFE_INTEGER}`, /window/],
    ['travellers?until=9e15', /^until must be ISO 8601 /],
    ['impossible-travel?rule=fast', 'rule must be one of: least-distance, straight.'],
    ['impossible-travel?rule=constructor', 'rule must be one of: least-distance, straight.'],
    ['impossible-travel?rule=', 'rule must be one of: least-distance, straight.'],
    ['impossible-travel?limit=0', 'limit must be a whole number from 1 to 10000.'],
    ['hosting-logins?limit=10001', 'limit must be a whole number from 1 to 10000.'],
    ['travellers?limit=all', 'limit must be a whole number from 1 to 10000.'],
    ['travellers?min_countries=0', 'min_countries must be a whole number from 1 to 300.'],
    ['journeys?days=0', 'days must be a whole number from 1 to 366.'],
    ['journeys?min_logins=0', 'min_logins must be a whole number from 1 to 1000000.'],
    ['journeys?limit=-1', 'limit must be a whole number from 1 to 10000.'],
    ['hosting-logins?rule=straight', 'There is no parameter "rule"; remove it.'],
    ['travellers?minCountries=2', 'There is no parameter "minCountries"; remove it.'],
    ['journeys?since=0', 'There is no parameter "since"; remove it.'],
    ['journeys?toString=1', 'There is no parameter "toString"; remove it.'],
    ['travellers?min_countries=2&min_countries=3', 'min_countries must be given once.'],
  ])('refuses %s', async (path, sentence) => {
    const { status, json, text } = await ask(path);
    expect([status, json?.error, text]).toEqual([400, 'Invalid request', text]);
    expect(json.message).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
    expect(json.message).toMatch(/\.$/);
  });

  it.each(PATHS)('asks for a key at %s', async (path) => {
    const { status, json } = await users.service.http.call(`/v1/analytics/${path}`);
    expect([status, json.error]).toEqual([401, 'Unauthorized']);
  });

  it('counts each as ten requests', async () => {
    const limited = await started({ throttleLimit: 25 });
    const answers = [];
    for (const path of PATHS.slice(0, 3)) answers.push(await limited.get(`/v1/analytics/${path}`));
    await limited.close();
    expect(answers.map(({ status, headers }) => [status, headers['ratelimit']])).toEqual([
      [200, expect.stringContaining('r=15;')],
      [200, expect.stringContaining('r=5;')],
      [429, expect.stringContaining('r=5;')],
    ]);
  }, 30_000);
});
