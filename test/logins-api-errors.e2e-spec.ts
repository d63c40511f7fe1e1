import { ApiKeys } from '../src/common/config/api-keys.js';
import { StorageError } from '../src/common/errors/ip-risk.error.js';
import type { Database } from '../src/modules/storage/database.js';
import { NO_DATABASE } from '../src/modules/storage/no-database.js';
import { DATABASES } from './support/databases.js';
import type { Answer } from './support/http-client.js';
import { ADDRESSES, DAY, HOUR, TravellingUsers } from './support/travelling-users.js';

const now = Date.now();
const KEY = 'a-key-of-the-tests';
const [embedded] = DATABASES;
const good = { user_id: 'somebody', ip_address: ADDRESSES.paris };
let users: TravellingUsers;

beforeAll(async () => {
  if (embedded === undefined) throw new TypeError('The embedded database is always there.');
  users = await TravellingUsers.start(embedded, { apiKeys: new ApiKeys([KEY]) }, { headers: [['x-api-key', KEY]] });
}, 60_000);

afterAll(() => users.close());

function expectSentence({ status, json, text }: Answer, sentence: string | RegExp): void {
  expect([status, json.error, text]).toEqual([400, 'Invalid request', text]);
  expect(json.message).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  expect(json.message).toMatch(/\.$/);
}

describe('what POST /v1/logins refuses', () => {
  const USER = /^A user id is text of 1-256 characters .*placeholder.*\.$/;
  const TS = /^ts must be ISO 8601 text with a time zone, such as \S+, or milliseconds since 1970\.$/;

  it.each([
    ['no user', { user_id: undefined }, 'user_id must be text.'],
    ['null for a user', { user_id: null }, 'user_id must be text.'],
    ['a number for a user', { user_id: 42 }, 'user_id must be text.'],
    ['an empty user', { user_id: '' }, USER],
    ['blanks', { user_id: '  ' }, USER],
    ['anonymous', { user_id: ' Anonymous ' }, USER],
    ['null as text', { user_id: 'NULL' }, USER],
    ['undefined as text', { user_id: 'undefined' }, USER],
    ['zero', { user_id: '0' }, USER],
    ['an object as text', { user_id: '[object Object]' }, USER],
    ['257 characters', { user_id: 'x'.repeat(257) }, USER],
    ['a NUL', { user_id: 'a\u0000b' }, USER],
    ['half of an emoji', { user_id: 'a\ud83d' }, USER],
    ['no address', { ip_address: undefined }, 'ip_address must be text.'],
    ['text for a time', { ts: 'yesterday' }, TS],
    ['a time without a zone', { ts: '2026-11-20T10:00:00' }, TS],
    ['a day', { ts: '2026-11-20' }, TS],
    ['a day that is none', { ts: '2026-02-30T10:00:00Z' }, TS],
    ['an hour that is none', { ts: '2026-11-20T25:00:00Z' }, TS],
    ['milliseconds as text', { ts: String(now) }, TS],
    ['half a millisecond', { ts: now - 0.5 }, TS],
    ['a truth for a time', { ts: true }, TS],
    ['a list for a time', { ts: [now] }, TS],
    ['1970', { ts: 0 }, /\.$/],
    ['seconds for milliseconds', { ts: Math.floor(now / 1000) }, /\.$/],
    ['a time before 1970', { ts: -1 }, /\.$/],
    ['a time before logins are kept', { ts: now - 91 * DAY }, /\.$/],
    ['a time to come', { ts: now + HOUR }, /\.$/],
    ['a year without end', { ts: Number.MAX_SAFE_INTEGER }, /\.$/],
    ['a number for an event', { event_id: 7 }, 'event_id must be text.'],
    ['an empty event', { event_id: '' }, /event id|event_id/],
    ['an event of 129 characters', { event_id: 'x'.repeat(129) }, /event id|event_id/],
    ['an event with a NUL', { event_id: 'a\u0000' }, /event id|event_id/],
    ['a country by name', { claimed_country: 'France' }, 'claimed_country must be two letters, such as US.'],
    ['a number for a policy', { policy: 1 }, 'policy must be text.'],
    ['an unknown policy', { policy: 'constructor' }, /^policy must be one of: login, /],
    ['an unknown field', { timestamp: now }, 'There is no field "timestamp"; remove it.'],
  ])('refuses %s with a sentence', async (_case, more, sentence) => {
    const answer = await users.call('/v1/logins', { method: 'POST', body: { ...good, ...more } });
    expectSentence(answer, sentence);
    expect(Object.keys(answer.json as object)).toEqual(['error', 'message']);
    expect(answer.text).not.toMatch(/somebody|90\.1\.1\.1/);
  });

  it.each(['', '8.8.8', 'localhost', '010.0.0.1', 'fe80::1%eth0'])('refuses the address %j', async (ip_address) => {
    const { status, json } = await users.logIn({ ...good, ip_address });
    expect([status, json.error]).toEqual([400, 'Invalid IP address format']);
  });

  it('takes null for absent, as everywhere', async () => {
    const { status } = await users.logIn({ ...good, ts: null, event_id: null, claimed_country: null, policy: null });
    expect(status).toBe(200);
  });

  it('wants a key before it reads a body', async () => {
    const { http } = users.service;
    const JSON_TYPE = [['content-type', 'application/json']] as const;
    for (const headers of [JSON_TYPE, [...JSON_TYPE, ['x-api-key', `${KEY}x`] as const]]) {
      const { status, json } = await http.post('/v1/logins', '{', headers);
      expect([status, json]).toEqual([401, { error: 'Unauthorized', message: 'Invalid or missing API key' }]);
    }
  });

  it('recorded nothing of all that', async () => {
    const { rows } = await users.database.query(
      `select user_id from ${users.database.schema}.user_login_events where user_id <> 'somebody'`,
    );
    expect(rows).toEqual([]);
    expect((await users.user('somebody', '/journey')).json.total_logins).toBe(1);
  });
});

describe('what the routes of users refuse', () => {
  const ROUTES: [string, string, object?][] = [
    ['GET', '/journey'],
    ['GET', '/anomalies'],
    ['GET', '/impossible-travel'],
    ['DELETE', ''],
    ['POST', '/challenges', { ip_address: ADDRESSES.paris, outcome: 'failed' }],
    ['POST', '/travel-plans', { country: 'JP', until: now + DAY }],
    ['GET', '/travel-plans'],
    ['DELETE', '/travel-plans/x'],
  ];
  const call = (id: string, [method, rest, body]: (typeof ROUTES)[number]): Promise<Answer> =>
    users.user(id, rest, { method, ...(body === undefined ? {} : { body }) });

  it.each([
    'anonymous',
    'ANON',
    'null',
    'undefined',
    '0',
    '-1',
    'n/a',
    ' ',
    '[object Object]',
    'a\u0000b',
    'x'.repeat(257),
  ])('refuses the user %j on every route', async (id) => {
    for (const route of ROUTES) {
      expectSentence(await call(id, route), /^A user id is text of 1-256 characters .*placeholder.*\.$/);
    }
  });

  it('has nothing for a user that is empty', async () => {
    for (const path of ['//journey', '/', '']) expect((await users.get(`/v1/users${path}`)).status).not.toBe(200);
  });

  it.each([
    ['/journey?days=0', 'days must be a whole number from 1 to 366.'],
    ['/journey?days=367', 'days must be a whole number from 1 to 366.'],
    ['/journey?days=1.5', 'days must be a whole number from 1 to 366.'],
    ['/journey?days=-3', 'days must be a whole number from 1 to 366.'],
    ['/journey?days=', 'days must be a whole number from 1 to 366.'],
    ['/journey?days=NaN', 'days must be a whole number from 1 to 366.'],
    ['/journey?days=1e2', 'days must be a whole number from 1 to 366.'],
    ['/journey?days=7&days=8', 'days must be given once.'],
    ['/journey?day=7', 'There is no parameter "day"; remove it.'],
    ['/journey?days=7&constructor=1', 'There is no parameter "constructor"; remove it.'],
    ['/journey?__proto__=1', 'There is no parameter "__proto__"; remove it.'],
    ['/anomalies?days=7', 'There is no parameter "days"; remove it.'],
    ['/impossible-travel?since=0', 'There is no parameter "since"; remove it.'],
    ['/travel-plans?country=JP', 'There is no parameter "country"; remove it.'],
  ])('refuses %s', async (rest, sentence) => {
    expectSentence(await users.user('somebody', rest), sentence);
  });

  it.each([
    [{ outcome: 'passed' }, 'ip_address must be text.'],
    [{ ip_address: ADDRESSES.paris }, 'outcome must be one of: passed, failed.'],
    [{ ip_address: ADDRESSES.paris, outcome: 'PASSED' }, 'outcome must be one of: passed, failed.'],
    [{ ip_address: ADDRESSES.paris, outcome: true }, 'outcome must be one of: passed, failed.'],
    [{ ip_address: ADDRESSES.paris, outcome: 'passed', days: 400 }, 'There is no field "days"; remove it.'],
    [[], 'The body must be a JSON object.'],
  ])('refuses the challenge %j', async (body, sentence) => {
    expectSentence(await users.user('somebody', '/challenges', { method: 'POST', body }), sentence);
  });

  it.each(['passed', 'failed'])('refuses a %s challenge at what is no address', async (outcome) => {
    const answer = await users.user('somebody', '/challenges', {
      method: 'POST',
      body: { ip_address: '8.8.8', outcome },
    });
    expect([answer.status, answer.json.error]).toEqual([400, 'Invalid IP address format']);
  });

  it.each([
    [{ until: now + DAY }, 'country must be text.'],
    [{ country: 'Japan', until: now + DAY }, 'country must be two letters, such as JP.'],
    [{ country: 'JP' }, /^until must be ISO 8601 .*\.$/],
    [{ country: 'JP', until: null }, /^until must be ISO 8601 .*\.$/],
    [{ country: 'JP', until: 'tomorrow' }, /^until must be ISO 8601 .*\.$/],
    [{ country: 'JP', until: now + DAY, from: '2026-11-22' }, /^from must be ISO 8601 .*\.$/],
    [{ country: 'JP', until: now - DAY }, /\.$/],
    [{ country: 'JP', from: now + DAY, until: now + HOUR }, /\.$/],
    [{ country: 'JP', until: now + 4000 * DAY }, /\.$/],
    [{ country: 'JP', until: Number.MAX_SAFE_INTEGER }, /\.$/],
    [{ country: 'JP', until: now + DAY, city: 'Tokyo' }, 'There is no field "city"; remove it.'],
  ])('refuses the plan %j', async (body, sentence) => {
    expectSentence(await users.user('somebody', '/travel-plans', { method: 'POST', body }), sentence);
    expect((await users.user('somebody', '/travel-plans')).json.travel_plans).toEqual([]);
  });

  it('takes no key but a right one, on any route', async () => {
    for (const [method, rest, body] of ROUTES) {
      for (const headers of [[], [['x-api-key', `${KEY}x`]]] as const) {
        const path = `/v1/users/somebody${rest}`;
        const answer = await users.service.http.call(path, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        expect([method, rest, answer.status]).toEqual([method, rest, 401]);
      }
    }
  });
});

describe('logins where the database does not do its part', () => {
  const login = { user_id: 'somebody', ip_address: ADDRESSES.tokyo };
  const failing = (code: 'STORAGE_UNAVAILABLE' | 'STORAGE_FAILED'): Database => {
    const fail = (): Promise<never> => Promise.reject(new StorageError(code, 'The database is not there.'));
    return {
      ...NO_DATABASE,
      query: fail,
      transaction: fail,
      report: () => ({ kind: 'postgres', status: 'down', downSince: now, reason: undefined }),
    };
  };

  afterEach(() => {
    users.use(users.database);
  });

  it.each(['STORAGE_UNAVAILABLE', 'STORAGE_FAILED'] as const)('acknowledges no login after %s', async (code) => {
    await users.logIn(good);
    users.use(failing(code));
    const recorded = await users.logIn(login);
    const scored = await users.call('/v1/ips/risk', { method: 'POST', body: login });
    const journey = await users.user('somebody', '/journey');
    expect([recorded.status, recorded.json]).toEqual([
      503,
      { error: 'LOGIN_NOT_RECORDED', message: expect.stringMatching(/^The database .* same event_id .*\.$/) },
    ]);
    // Scoring goes on without it, and says so.
    expect([scored.status, scored.json]).toMatchObject([
      200,
      { travel: null, decision: { degraded: ['geo-velocity'] }, risk: { fraud_score: 0 } },
    ]);
    expect([journey.status, journey.json]).toEqual([
      503,
      { error: 'STORAGE_UNAVAILABLE', message: 'The database is not there.' },
    ]);
  });

  it('refuses what cannot be taken also while the database is away', async () => {
    users.use(failing('STORAGE_UNAVAILABLE'));
    const answers = [
      await users.logIn({ ...login, user_id: 'anonymous' }),
      await users.logIn({ ...login, ts: 0 }),
      await users.user('null', '/journey'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  });

  it('names the setting where no database is configured', async () => {
    users.use(NO_DATABASE);
    const paths = ['users/u/journey', 'users/u/anomalies', 'users/u/travel-plans', 'analytics/travellers'];
    for (const path of paths) {
      const { status, json } = await users.get(`/v1/${path}`);
      expect([path, status, json]).toEqual([
        path,
        503,
        { error: 'STORAGE_UNAVAILABLE', message: expect.stringContaining('DATABASE_URL') },
      ]);
    }
  });
});
