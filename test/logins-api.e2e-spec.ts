import { randomUUID } from 'node:crypto';
import { ApiDescription } from './support/api-description.js';
import { DATABASES } from './support/databases.js';
import { ADDRESSES, DAY, HOUR, MINUTE, TravellingUsers } from './support/travelling-users.js';

const now = Date.now();
const iso = (ms: number): string => new Date(ms).toISOString();
const somebody = (): string => `user-${randomUUID()}`;

describe.each(DATABASES)('logins over the API on $name', (databases) => {
  let users: TravellingUsers;

  beforeAll(async () => {
    users = await TravellingUsers.start(databases, { retentionDays: 3660 });
  }, 60_000);

  afterAll(() => users.close());

  it('records a first login, which says nothing of travel', async () => {
    const answer = await users.logIn({
      user_id: somebody(),
      ip_address: ADDRESSES.paris,
      ts: now - HOUR,
      event_id: 'a',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toMatchObject({
      recorded: true,
      duplicate: false,
      event_id: 'a',
      login: {
        ts: iso(now - HOUR),
        country: 'FR',
        region: 'Île-de-France',
        city: 'Paris',
        network: 'access',
        asn: 3215,
      },
      travel: {
        status: 'first',
        network: 'access',
        from: null,
        distance_km: null,
        elapsed_seconds: null,
        speed_kmh: null,
        country_changed: null,
        relief: null,
        findings: [],
        withdrawn: [],
      },
      score: 0,
      action: 'allow',
      decision: { policy: 'login', degraded: [] },
    });
  });

  it('finds Tokyo an hour after Paris impossible, and challenges', async () => {
    const user_id = somebody();
    await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - 2 * HOUR, event_id: 'in-paris' });
    const { json } = await users.logIn({ user_id, ip_address: ADDRESSES.tokyo, ts: now - HOUR, event_id: 'in-tokyo' });
    expect(json).toMatchObject({
      travel: {
        status: 'impossible',
        from: { ts: iso(now - 2 * HOUR), country: 'FR', region: 'Île-de-France', city: 'Paris' },
        elapsed_seconds: 3600,
        country_changed: true,
        findings: [
          {
            from: { event_id: 'in-paris', city: 'Paris' },
            to: { event_id: 'in-tokyo', ts: iso(now - HOUR), country: 'JP' },
            elapsed_seconds: 3600,
          },
        ],
        withdrawn: [],
      },
      score: 50,
      action: 'challenge',
      decision: { score: 50, require_mfa: true },
    });
    // 9714 km less 50 for each city.
    expect(json.travel.distance_km).toBeGreaterThan(9550);
    expect(json.travel.distance_km).toBeLessThan(9650);
    expect(json.travel.speed_kmh).toBe(json.travel.distance_km);
    expect(json.decision.reasons).toEqual([
      expect.objectContaining({ code: 'IMPOSSIBLE_TRAVEL', points: 50, provider: 'geo-velocity' }),
    ]);
  });

  it('names no speed for two places at one instant', async () => {
    const user_id = somebody();
    await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - HOUR, event_id: 'a' });
    const { json } = await users.logIn({ user_id, ip_address: ADDRESSES.tokyo, ts: now - HOUR, event_id: 'b' });
    expect(json.travel).toMatchObject({ status: 'impossible', speed_kmh: null, elapsed_seconds: 0 });
    expect(json.travel.findings).toEqual([expect.objectContaining({ speed_kmh: null, elapsed_seconds: 0 })]);
  });

  it('answers a login that is sent again about the first', async () => {
    const user_id = somebody();
    const login = { user_id, ip_address: ADDRESSES.paris, ts: now - HOUR, event_id: 'once' };
    await users.logIn(login);
    const again = await users.logIn(login);
    expect([again.status, again.json]).toMatchObject([200, { recorded: true, duplicate: true, event_id: 'once' }]);
    // Whatever else it says: the first one stays.
    const other = await users.logIn({ ...login, ip_address: ADDRESSES.tokyo });
    expect(other.json).toMatchObject({ duplicate: true, login: { city: 'Paris' } });
    expect((await users.user(user_id, '/journey')).json.total_logins).toBe(1);
  });

  it('takes one user, address and time for one login where no event is named', async () => {
    const user_id = somebody();
    const login = { user_id, ip_address: ADDRESSES.paris, ts: now - HOUR };
    const [first, second] = [await users.logIn(login), await users.logIn(login)];
    expect([first.json.duplicate, second.json.duplicate]).toEqual([false, true]);
    expect(second.json.event_id).toBe(first.json.event_id);
    const without = { user_id, ip_address: ADDRESSES.paris };
    const [third, fourth] = [await users.logIn(without), await users.logIn(without)];
    expect([third.json.duplicate, fourth.json.duplicate]).toEqual([false, false]);
    expect((await users.user(user_id, '/journey')).json.total_logins).toBe(3);
  });

  it.each([
    ['a VPN', ADDRESSES.vpn, 'vpn', 'US'],
    ['a data centre', ADDRESSES.server, 'hosting', 'DE'],
    ['an internal network', ADDRESSES.internal, 'internal', null],
  ])('compares a login through %s with nothing', async (_case, ip_address, network, country) => {
    const user_id = somebody();
    await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - HOUR });
    const { json } = await users.logIn({ user_id, ip_address, ts: now - HOUR + MINUTE });
    expect(json).toMatchObject({
      login: { network, country },
      travel: { status: 'not-comparable', network, from: null, speed_kmh: null, findings: [] },
    });
    // And it is no baseline for the next one.
    const back = await users.logIn({ user_id, ip_address: ADDRESSES.lyon, ts: now - MINUTE });
    expect(back.json.travel).toMatchObject({ status: 'possible', from: { city: 'Paris' } });
  });

  it('says that it does not know where a country is not enough', async () => {
    const user_id = somebody();
    await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - HOUR });
    const { json } = await users.logIn({ user_id, ip_address: ADDRESSES.brazil, ts: now - HOUR + MINUTE });
    expect(json.travel).toMatchObject({ status: 'unknown', from: null, distance_km: null, findings: [] });
    expect(json.login).toMatchObject({ country: 'BR', region: null, city: null, asn: null });
  });

  it('records a login that no provider answers about, without a score', async () => {
    const answer = await users.logIn({ user_id: somebody(), ip_address: ADDRESSES.unanswered });
    expect([answer.status, answer.json]).toMatchObject([
      200,
      { recorded: true, score: null, travel: { status: 'unknown' }, decision: { cause: 'unavailable' } },
    ]);
  });

  it('takes back what a login that arrives late explains', async () => {
    const user_id = somebody();
    const at = now - 3 * DAY;
    await users.logIn({ user_id, ip_address: ADDRESSES.tokyo, ts: at, event_id: 'tokyo' });
    const lyon = { user_id, ip_address: ADDRESSES.lyon, ts: at + HOUR, event_id: 'lyon' };
    expect((await users.logIn(lyon)).json.travel.findings).toHaveLength(1);
    // The user was in Paris all the time, so it is Tokyo that cannot be.
    const paris = { user_id, ip_address: ADDRESSES.paris, ts: at - HOUR, event_id: 'paris' };
    const { json } = await users.logIn(paris);
    expect(json.travel.findings).toMatchObject([{ from: { event_id: 'paris' }, to: { event_id: 'tokyo' } }]);
    expect(json.travel.withdrawn).toMatchObject([{ from: { event_id: 'tokyo' }, to: { event_id: 'lyon' } }]);
    const { findings } = (await users.user(user_id, '/impossible-travel')).json;
    expect(findings).toEqual(json.travel.findings);
  });

  it('goes by the policy and the country that the caller names', async () => {
    const login = { user_id: somebody(), ip_address: ADDRESSES.paris, policy: 'payment', claimed_country: 'us' };
    const { json } = await users.logIn(login);
    expect(json).toMatchObject({
      score: 30,
      action: 'monitor',
      decision: { policy: 'payment', subject: login.user_id },
    });
  });

  it.each([
    ['Zulu time', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['a time zone', '2026-01-02T03:04:05.678+05:30', '2026-01-01T21:34:05.678Z'],
    ['a time without seconds', '2026-01-02T03:04-0800', '2026-01-02T11:04:00.000Z'],
    ['nanoseconds', '2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123Z'],
    ['milliseconds', Date.UTC(2026, 0, 2), '2026-01-02T00:00:00.000Z'],
  ])(
    'takes %s',
    async (_case, ts, expected) => {
      const { status, json } = await users.logIn({ user_id: somebody(), ip_address: ADDRESSES.paris, ts });
      expect([status, json.login?.ts]).toEqual([200, expected]);
    },
    30_000,
  );

  it('describes every field of its answers, and has every field that it describes', async () => {
    const description = await ApiDescription.of(users.service);
    const user_id = somebody();
    await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - 2 * HOUR });
    const { json } = await users.logIn({ user_id, ip_address: ADDRESSES.tokyo, ts: now - HOUR });
    expect(json.travel.findings).toHaveLength(1);
    expect(description.undescribed(json, 'RecordedLogin')).toEqual([]);
    expect(description.missing(json, 'RecordedLogin')).toEqual([]);
  });

  it('shows no address of another login', async () => {
    const user_id = somebody();
    await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - 2 * HOUR });
    const { text } = await users.logIn({ user_id, ip_address: ADDRESSES.tokyo, ts: now - HOUR });
    expect(text).not.toMatch(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|pseudonym|latitude/);
  });

  describe('asked by POST /v1/ips/risk', () => {
    const score = (body: object) => users.service.http.post('/v1/ips/risk', body);

    it('says what the history says of the address, and records nothing', async () => {
      const user_id = somebody();
      await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - HOUR });
      const asked = { ip_address: ADDRESSES.tokyo, user_id };
      for (const { status, json } of [await score(asked), await score(asked)]) {
        expect(status).toBe(200);
        expect(json).toMatchObject({
          travel: { status: 'impossible', from: { city: 'Paris' }, country_changed: true, relief: null },
          decision: { action: 'challenge', score: 50, degraded: [] },
          // The assessment is about the address alone.
          assessment: { score: 0 },
        });
        expect(json.travel).not.toHaveProperty('findings');
      }
      expect((await users.user(user_id, '/journey')).json.total_logins).toBe(1);
      expect((await users.user(user_id, '/impossible-travel')).json.findings).toEqual([]);
    });

    it.each([[{}], [{ user_id: 'anonymous' }], [{ user_id: '0' }]])('knows no travel of %j', async (who) => {
      const { status, json } = await score({ ip_address: ADDRESSES.tokyo, ...who });
      expect([status, json.travel, json.decision.degraded]).toEqual([200, null, []]);
    });

    it('describes every field of its answer', async () => {
      const description = await ApiDescription.of(users.service);
      const user_id = somebody();
      await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - HOUR });
      const { json } = await score({ ip_address: ADDRESSES.tokyo, user_id });
      expect(description.undescribed(json, 'Scored')).toEqual([]);
      expect(description.missing(json.travel, 'Travel')).toEqual([]);
    });
  });
});
