import { ApiKeys } from '../src/common/config/api-keys.js';
import { DATABASES } from './support/databases.js';
import type { Answer } from './support/http-client.js';
import { DAY, TravellingUsers } from './support/travelling-users.js';

const now = Date.now();

describe('what the routes of analytics refuse', () => {
  const KEY = 'a-key-of-the-tests';
  const PATHS = ['impossible-travel', 'hosting-logins', 'travellers', 'journeys'];
  const [embedded] = DATABASES;
  let users: TravellingUsers;
  const ask = (path: string): Promise<Answer> => users.get(`/v1/analytics/${path}`);
  const start = async (settings = {}): Promise<TravellingUsers> => {
    if (embedded === undefined) throw new TypeError('The embedded database is always there.');
    return TravellingUsers.start(
      embedded,
      { apiKeys: new ApiKeys([KEY]), ...settings },
      { headers: [['x-api-key', KEY]] },
    );
  };

  beforeAll(async () => {
    users = await start();
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
    const limited = await start({ throttleLimit: 25 });
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
