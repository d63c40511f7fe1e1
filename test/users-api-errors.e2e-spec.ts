import { ApiKeys } from '../src/common/config/api-keys.js';
import { DATABASES } from './support/databases.js';
import type { Answer } from './support/http-client.js';
import { ADDRESSES, DAY, HOUR, TravellingUsers } from './support/travelling-users.js';

const now = Date.now();

describe('what the routes of users refuse', () => {
  const [embedded] = DATABASES;
  let users: TravellingUsers;

  beforeAll(async () => {
    if (embedded === undefined) throw new TypeError('The embedded database is always there.');
    users = await TravellingUsers.start(embedded);
  }, 60_000);

  afterAll(() => users.close());

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

  function expectSentence({ status, json, text }: Answer, sentence: string | RegExp): void {
    expect([status, json.error, text]).toEqual([400, 'Invalid request', text]);
    expect(json.message).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  }

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
    if (embedded === undefined) throw new TypeError('The embedded database is always there.');
    const locked = await TravellingUsers.start(embedded, { apiKeys: new ApiKeys(['a-key-of-the-tests']) });
    for (const [method, rest, body] of ROUTES) {
      const answer = await locked.user('somebody', rest, { method, ...(body === undefined ? {} : { body }) });
      expect([method, rest, answer.status]).toEqual([method, rest, 401]);
    }
    await locked.close();
  }, 30_000);
});
