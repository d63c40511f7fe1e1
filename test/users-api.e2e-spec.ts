import { randomUUID } from 'node:crypto';
import { ApiDescription } from './support/api-description.js';
import { DATABASES } from './support/databases.js';
import type { Answer } from './support/http-client.js';
import { ADDRESSES, DAY, HOUR, MINUTE, TravellingUsers } from './support/travelling-users.js';

const now = Date.now();
const iso = (ms: number): string => new Date(ms).toISOString();
const somebody = (): string => `user-${randomUUID()}`;

let users: TravellingUsers;
let description: ApiDescription;

/** Every field stands in the description, and every field of the description in the answer. */
function expectDescribed({ json }: Answer, schema: string): void {
  expect(description.undescribed(json, schema)).toEqual([]);
  expect(description.missing(json, schema)).toEqual([]);
}

const challenge = (id: string, ip_address: string, outcome = 'passed'): Promise<Answer> =>
  users.user(id, '/challenges', { method: 'POST', body: { ip_address, outcome } });
const announce = (id: string, body: object): Promise<Answer> =>
  users.user(id, '/travel-plans', { method: 'POST', body });

describe.each(DATABASES)('users over the API on $name', (databases) => {
  beforeAll(async () => {
    users = await TravellingUsers.start(databases);
    description = await ApiDescription.of(users.service);
  }, 60_000);

  afterAll(() => users.close());

  describe('journey', () => {
    it('tells the countries of the last 30 days in order, and each change', async () => {
      const id = somebody();
      const visits: [string, number][] = [
        [ADDRESSES.tokyo, now - 10 * DAY],
        [ADDRESSES.paris, now - 20 * DAY],
        [ADDRESSES.lyon, now - 19 * DAY],
        [ADDRESSES.brazil, now - 5 * DAY],
        [ADDRESSES.osaka, now - 40 * DAY],
      ];
      for (const [ip_address, ts] of visits) await users.logIn({ user_id: id, ip_address, ts });
      const answer = await users.user(id, '/journey');
      expect([answer.status, answer.json]).toEqual([
        200,
        {
          window_days: 30,
          total_logins: 4,
          countries_visited: 3,
          country_sequence: ['FR', 'JP', 'BR'],
          has_country_changes: true,
          first_login: iso(now - 20 * DAY),
          last_login: iso(now - 5 * DAY),
          country_changes: 2,
          changes: [
            { at: iso(now - 10 * DAY), from: 'FR', to: 'JP' },
            { at: iso(now - 5 * DAY), from: 'JP', to: 'BR' },
          ],
        },
      ]);
      expectDescribed(answer, 'Journey');
      const longer = await users.user(id, '/journey?days=60');
      expect(longer.json).toMatchObject({ window_days: 60, total_logins: 5, country_sequence: ['JP', 'FR', 'BR'] });
      expect((await users.user(id, '/journey?days=7')).json).toMatchObject({ total_logins: 1, country_changes: 0 });
    });

    it('is empty for a user who never logged in', async () => {
      const answer = await users.user(somebody(), '/journey');
      expect([answer.status, answer.json]).toMatchObject([
        200,
        { total_logins: 0, country_sequence: [], first_login: null, last_login: null, changes: [] },
      ]);
    });
  });

  describe('anomalies', () => {
    it('are none with nine logins, and name the odd one out of many, the same each time', async () => {
      const id = somebody();
      for (let day = 1; day <= 9; day += 1) {
        await users.logIn({ user_id: id, ip_address: ADDRESSES.paris, ts: now - 30 * DAY + day * DAY });
      }
      expect((await users.user(id, '/anomalies')).json.anomalies).toEqual([]);
      for (let day = 10; day <= 20; day += 1) {
        await users.logIn({ user_id: id, ip_address: ADDRESSES.lyon, ts: now - 30 * DAY + day * DAY });
      }
      const odd = { user_id: id, ip_address: ADDRESSES.tokyo, ts: now - 30 * DAY + 20 * DAY + HOUR, event_id: 'odd' };
      await users.logIn(odd);
      const [answer, again] = [await users.user(id, '/anomalies'), await users.user(id, '/anomalies')];
      expect(answer.status).toBe(200);
      expect(answer.json.anomalies).toContainEqual(
        expect.objectContaining({ event_id: 'odd', ts: iso(odd.ts), country: 'JP' }),
      );
      expect(answer.json).toEqual(again.json);
      expectDescribed(answer, 'Anomalies');
    });
  });

  describe('impossible travel', () => {
    it('is one finding for there and back', async () => {
      const id = somebody();
      const trip = [ADDRESSES.paris, ADDRESSES.tokyo, ADDRESSES.lyon, ADDRESSES.osaka];
      for (const [index, ip_address] of trip.entries()) {
        await users.logIn({ user_id: id, ip_address, ts: now - DAY + index * HOUR, event_id: String(index) });
      }
      const answer = await users.user(id, '/impossible-travel');
      expect([answer.status, answer.json.findings]).toMatchObject([
        200,
        [
          {
            from: { event_id: '0', ts: iso(now - DAY), country: 'FR', city: 'Paris' },
            to: { event_id: '1', ts: iso(now - DAY + HOUR), country: 'JP' },
            elapsed_seconds: 3600,
          },
        ],
      ]);
      expectDescribed(answer, 'Findings');
    });

    it('is none for a user who never logged in', async () => {
      expect((await users.user(somebody(), '/impossible-travel')).json).toEqual({ findings: [] });
    });
  });

  describe('erasing', () => {
    it('leaves nothing of one user and all of the others', async () => {
      const [id, other] = [somebody(), somebody()];
      for (const user_id of [id, other]) {
        await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - HOUR });
        await users.logIn({ user_id, ip_address: ADDRESSES.paris, ts: now - MINUTE });
        await announce(user_id, { country: 'JP', until: now + DAY });
      }
      await challenge(id, ADDRESSES.tokyo);
      const answer = await users.user(id, '', { method: 'DELETE' });
      // A plan, and of the challenge a network and a country.
      expect([answer.status, answer.json]).toEqual([200, { erased: { logins: 2, trust: 3, decisions: 0, alerts: 0 } }]);
      expectDescribed(answer, 'Erased');
      expect((await users.user(id, '', { method: 'DELETE' })).json).toEqual({
        erased: { logins: 0, trust: 0, decisions: 0, alerts: 0 },
      });
      expect((await users.user(id, '/journey')).json.total_logins).toBe(0);
      expect((await users.user(id, '/travel-plans')).json.travel_plans).toEqual([]);
      expect((await users.logIn({ user_id: id, ip_address: ADDRESSES.tokyo })).json.travel).toMatchObject({
        status: 'first',
        relief: null,
      });
      expect((await users.user(other, '/journey')).json.total_logins).toBe(2);
      expect((await users.user(other, '/travel-plans')).json.travel_plans).toHaveLength(1);
    });

    it('takes an empty body and an empty object, and no other', async () => {
      const id = somebody();
      const headers = [['content-type', 'application/json']] as const;
      const statuses = [];
      for (const body of ['', '{}', '{"a":1}', '[', 'x'.repeat(100_000)]) {
        statuses.push((await users.user(id, '', { method: 'DELETE', headers, body })).status);
      }
      expect(statuses).toEqual([200, 200, 400, 400, 400]);
    });
  });

  describe('trust', () => {
    const codes = ({ json }: Answer): string[] =>
      (json.decision.reasons as { readonly code: string }[]).map(({ code }) => code);

    it('that a passed challenge earned takes the points of its network, and says so', async () => {
      const id = somebody();
      await users.logIn({ user_id: id, ip_address: ADDRESSES.paris, ts: now - HOUR });
      const answer = await challenge(id, ADDRESSES.tokyo);
      expect([answer.status, answer.json]).toEqual([200, { outcome: 'passed', learned: true }]);
      expectDescribed(answer, 'ChallengeOutcome');
      const login = await users.logIn({ user_id: id, ip_address: ADDRESSES.tokyoNextDoor });
      expect(login.json).toMatchObject({
        score: 0,
        action: 'allow',
        travel: { status: 'impossible', relief: { kind: 'network', country: null } },
      });
      expect(Date.parse(login.json.travel.relief.until as string)).toBeGreaterThan(now + 29 * DAY);
      expect(codes(login)).toEqual(['TRUSTED_NETWORK']);
      expect(description.missing(login.json, 'RecordedLogin')).toEqual([]);
    });

    it('takes half of the points elsewhere in the country', async () => {
      const id = somebody();
      await users.logIn({ user_id: id, ip_address: ADDRESSES.paris, ts: now - HOUR });
      await challenge(id, ADDRESSES.tokyo);
      const login = await users.logIn({ user_id: id, ip_address: ADDRESSES.osaka });
      expect(login.json).toMatchObject({ score: 25, travel: { relief: { kind: 'country', country: 'JP' } } });
      expect(codes(login)).toEqual(['IMPOSSIBLE_TRAVEL_TO_TRUSTED_COUNTRY']);
    });

    it('is not learned from a failed challenge, nor for another user', async () => {
      const [id, other] = [somebody(), somebody()];
      const failed = await challenge(id, ADDRESSES.tokyo, 'failed');
      expect([failed.status, failed.json]).toEqual([200, { outcome: 'failed', learned: false }]);
      await challenge(other, ADDRESSES.tokyo);
      await users.logIn({ user_id: id, ip_address: ADDRESSES.paris, ts: now - HOUR });
      const login = await users.logIn({ user_id: id, ip_address: ADDRESSES.tokyo });
      expect(login.json).toMatchObject({ score: 50, travel: { relief: null } });
    });
  });

  describe('travel plans', () => {
    it('suppress the trip that was announced while they hold, with the reason', async () => {
      const id = somebody();
      await users.logIn({ user_id: id, ip_address: ADDRESSES.paris, ts: now - HOUR });
      const plan = await announce(id, { country: 'jp', from: iso(now - DAY), until: iso(now + DAY) });
      expect([plan.status, plan.json]).toEqual([
        201,
        { id: expect.any(String), country: 'JP', from: iso(now - DAY), until: iso(now + DAY) },
      ]);
      expectDescribed(plan, 'TravelPlan');
      const { json } = await users.logIn({ user_id: id, ip_address: ADDRESSES.tokyo });
      expect(json).toMatchObject({
        score: 0,
        action: 'allow',
        travel: { relief: { kind: 'announced', country: 'JP', until: iso(now + DAY) }, findings: [] },
        decision: { reasons: [{ code: 'TRAVEL_ANNOUNCED', points: 0 }] },
      });
      expect((await users.user(id, '/impossible-travel')).json.findings).toEqual([]);
    });

    it('are listed, and hold no more once withdrawn', async () => {
      const id = somebody();
      const { json: kept } = await announce(id, { country: 'BR', until: now + DAY });
      const { json: plan } = await announce(id, { country: 'JP', until: now + DAY });
      const listed = await users.user(id, '/travel-plans');
      expect(listed.json.travel_plans).toEqual(expect.arrayContaining([kept, plan]));
      expectDescribed(listed, 'TravelPlans');
      const path = `/travel-plans/${encodeURIComponent(String(plan.id))}`;
      const withdrawn = await users.user(id, path, { method: 'DELETE' });
      expect([withdrawn.status, withdrawn.json]).toEqual([200, { withdrawn: true }]);
      expectDescribed(withdrawn, 'Withdrawn');
      const again = await users.user(id, path, { method: 'DELETE' });
      expect([again.status, again.json]).toEqual([
        404,
        { error: 'Not Found', message: 'The user has no such travel plan.' },
      ]);
      expect((await users.user(id, '/travel-plans')).json.travel_plans).toEqual([kept]);
      await users.logIn({ user_id: id, ip_address: ADDRESSES.paris, ts: now - HOUR });
      expect((await users.logIn({ user_id: id, ip_address: ADDRESSES.tokyo })).json.score).toBe(50);
    });

    it("are not another user's to withdraw", async () => {
      const id = somebody();
      const { json: plan } = await announce(id, { country: 'JP', until: now + DAY });
      const path = `/travel-plans/${encodeURIComponent(String(plan.id))}`;
      expect((await users.user(somebody(), path, { method: 'DELETE' })).status).toBe(404);
      expect((await users.user(id, '/travel-plans')).json.travel_plans).toEqual([plan]);
    });

    it.each(['nonsense', '0', 'x'.repeat(5000), '%00', '..%2f..', "'; select 1; --"])(
      'has no plan %s',
      async (planId) => {
        const { status } = await users.user(somebody(), `/travel-plans/${planId}`, { method: 'DELETE' });
        expect(status).toBe(404);
      },
    );
  });

  describe('ids in the path', () => {
    it.each([
      'team/7',
      '/',
      'a%2Fb',
      '%',
      'a+b c',
      'who?x=1#y&z;q',
      '../../health',
      '👩‍🚀',
      'ünïcödé@example.com',
      "'; drop table user_login_events; --",
      'constructor',
      '__proto__',
      'journey',
      ':id',
      '*',
      'x'.repeat(256),
      '😀'.repeat(256),
      'test',
    ])('may be any text: %s', async (id) => {
      expect((await users.logIn({ user_id: id, ip_address: ADDRESSES.paris })).status).toBe(200);
      const journey = await users.user(id, '/journey');
      expect([journey.status, journey.json.total_logins]).toEqual([200, 1]);
      expect((await announce(id, { country: 'JP', until: now + DAY })).status).toBe(201);
      expect((await users.user(id, '/travel-plans')).json.travel_plans).toHaveLength(1);
      const erased = await users.user(id, '', { method: 'DELETE' });
      expect([erased.status, erased.json]).toEqual([200, { erased: { logins: 1, trust: 1, decisions: 0, alerts: 0 } }]);
    });
  });
});
