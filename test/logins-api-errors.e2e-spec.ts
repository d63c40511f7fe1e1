import { ApiKeys } from '../src/common/config/api-keys.js';
import { StorageError } from '../src/common/errors/ip-risk.error.js';
import { DATABASE, type DatabaseReport } from '../src/modules/storage/database.js';
import { NO_DATABASE } from '../src/modules/storage/no-database.js';
import { DATABASES } from './support/databases.js';
import { ServiceApp } from './support/service-app.js';
import { ADDRESSES, DAY, HOUR, TravellingUsers } from './support/travelling-users.js';

const now = Date.now();

describe('what POST /v1/logins refuses', () => {
  const KEY = 'a-key-of-the-tests';
  const [embedded] = DATABASES;
  let users: TravellingUsers;
  const good = { user_id: 'somebody', ip_address: ADDRESSES.paris };

  beforeAll(async () => {
    if (embedded === undefined) throw new TypeError('The embedded database is always there.');
    users = await TravellingUsers.start(embedded, { apiKeys: new ApiKeys([KEY]) }, { headers: [['x-api-key', KEY]] });
  }, 60_000);

  afterAll(() => users.close());

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
    const { status, json, text } = await users.call('/v1/logins', { method: 'POST', body: { ...good, ...more } });
    expect([status, json.error, text]).toEqual([400, 'Invalid request', text]);
    expect(Object.keys(json as object)).toEqual(['error', 'message']);
    expect(json.message).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
    expect(text).not.toMatch(/somebody|90\.1\.1\.1/);
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

describe('logins where the database does not do its part', () => {
  const login = { user_id: 'somebody', ip_address: '8.8.8.8' };
  const started = (database: unknown): Promise<ServiceApp> =>
    ServiceApp.start({}, (builder) => builder.overrideProvider(DATABASE).useValue(database));
  const failing = (code: 'STORAGE_UNAVAILABLE' | 'STORAGE_FAILED'): object => {
    const fail = (): Promise<never> => Promise.reject(new StorageError(code, 'The database is not there.'));
    const report = (): DatabaseReport => ({ kind: 'postgres', status: 'down', downSince: now, reason: undefined });
    return { ...NO_DATABASE, open: fail, query: fail, transaction: fail, report };
  };

  it.each(['STORAGE_UNAVAILABLE', 'STORAGE_FAILED'] as const)(
    'acknowledges no login after %s',
    async (code) => {
      const service = await started(failing(code));
      const recorded = await service.http.post('/v1/logins', login);
      const scored = await service.http.post('/v1/ips/risk', login);
      const journey = await service.http.call('/v1/users/somebody/journey');
      await service.close();
      expect([recorded.status, recorded.json]).toEqual([
        503,
        { error: 'LOGIN_NOT_RECORDED', message: expect.stringMatching(/^The database .* same event_id .*\.$/) },
      ]);
      // Scoring goes on without it, and says so.
      expect([scored.status, scored.json]).toMatchObject([
        200,
        { travel: null, decision: { degraded: ['geo-velocity'] }, risk: { fraud_score: 30 } },
      ]);
      expect([journey.status, journey.json]).toEqual([
        503,
        { error: 'STORAGE_UNAVAILABLE', message: 'The database is not there.' },
      ]);
    },
    30_000,
  );

  it('refuses what cannot be taken also while the database is away', async () => {
    const service = await started(failing('STORAGE_UNAVAILABLE'));
    const answers = [
      await service.http.post('/v1/logins', { ...login, user_id: 'anonymous' }),
      await service.http.post('/v1/logins', { ...login, ts: 0 }),
      await service.http.call('/v1/users/null/journey'),
    ];
    await service.close();
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  }, 30_000);

  it('names the setting where no database is configured', async () => {
    const service = await started(NO_DATABASE);
    const paths = ['users/u/journey', 'users/u/anomalies', 'users/u/travel-plans', 'analytics/travellers'];
    for (const path of paths) {
      const { status, json } = await service.http.call(`/v1/${path}`);
      expect([path, status, json]).toEqual([
        path,
        503,
        { error: 'STORAGE_UNAVAILABLE', message: expect.stringContaining('DATABASE_URL') },
      ]);
    }
    await service.close();
  }, 30_000);
});
