import { ApiKeys } from '../src/common/config/api-keys.js';
import {
  NO_ALERT_FACTS,
  type Alert,
  type AlertFacts,
  type AlertKind,
  type AlertTrigger,
} from '../src/modules/alerting/alert.js';
import { ChannelHealth } from '../src/modules/alerting/channel-health.js';
import { AlertDeliveries } from '../src/modules/alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from '../src/modules/alerting/outbox/alert-outbox.js';
import { ALERTS_PARAMETERS } from '../src/modules/api/alerts/alert-parameters.js';
import { NO_DATABASE } from '../src/modules/storage/no-database.js';
import { ApiDescription } from './support/api-description.js';
import { DATABASES } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';
import type { Answer } from './support/http-client.js';
import { TravellingUsers } from './support/travelling-users.js';

const KEY = 'a-key-of-the-tests';
const NOWHERE = 'a23456789012345678901234';
const clock = new FakeClock(Date.now());

let users: TravellingUsers;
let description: ApiDescription;
let deliveries: AlertDeliveries;

const get = (path: string): Promise<Answer> => users.get(`/v1/alerts${path}`);
const post = (path: string): Promise<Answer> => users.call(`/v1/alerts${path}`, { method: 'POST' });
const idsOf = async (query: string): Promise<string[]> =>
  ((await get(`?${query}`)).json.alerts as { readonly id: string }[]).map(({ id }) => id);

/** Every field stands in the description, and every field of the description in the answer. */
function expectDescribed(answer: unknown, schema: string): void {
  expect(description.undescribed(answer, schema)).toEqual([]);
  expect(description.missing(answer, schema)).toEqual([]);
}

function trigger(kind: AlertKind, user: string, facts: Partial<AlertFacts> = {}): AlertTrigger {
  const [firstAt, lastAt] = [clock.now() - 5, clock.now()];
  const about = { ...NO_ALERT_FACTS, user, ...facts };
  return { kind, severity: 'high', audience: 'team', facts: about, prefix: undefined, count: 3, firstAt, lastAt };
}

async function begun(id: string): Promise<Alert> {
  const alert = await deliveries.begin(id);
  if (alert === undefined) throw new TypeError('The alert waits to be delivered.');
  return alert;
}

beforeAll(async () => {
  const [embedded] = DATABASES;
  if (embedded === undefined) throw new TypeError('The embedded database is always there.');
  const headers = [['x-api-key', KEY]] as const;
  users = await TravellingUsers.start(embedded, { apiKeys: new ApiKeys([KEY]) }, { clock, headers });
  description = await ApiDescription.of(users.service);
  // Of their own, so that nobody delivers what is raised here.
  const options = { database: users.database, clock };
  const settings = { windowMs: 1, capPerHour: 50, groupBy: [], asksUsers: false, retentionDays: 90, addressDays: 30 };
  const outbox = new AlertOutbox({ ...options, settings });
  deliveries = new AlertDeliveries(options);
  const address = { trustNetwork: 'a-pseudonym', ip: '8.8.8.8', score: 71 };
  for (const raised of [trigger('account-reported', 'dora', address), trigger('account-reported', 'erin')]) {
    await outbox.raise([raised]);
    clock.advance(1);
  }
  await outbox.raise([trigger('new-country', 'erin')]);
}, 60_000);

afterAll(() => users.close());

describe('alerts over the API', () => {
  it('lists them by kind, user and state, the latest first', async () => {
    const answer = await get('?kind=account-reported');
    expect(answer.json).toMatchObject({
      alerts: [
        { kind: 'account-reported', user_id: 'erin', ip_address: null, state: 'pending', count: 3, digest: false },
        { kind: 'account-reported', user_id: 'dora', ip_address: '8.8.8.8', score: 71, delivered_at: null },
      ],
      next_cursor: null,
    });
    expectDescribed(answer.json, 'Alerts');
    expect(answer.text).not.toContain('a-pseudonym');
    const [ofErin = '', ofDora = ''] = await idsOf('kind=account-reported');
    expect(await idsOf('user_id=erin&kind=account-reported&state=pending')).toEqual([ofErin]);
    expect(await idsOf('user_id=dora')).toEqual([ofDora]);
    expect(await idsOf('user_id=dora&state=dead')).toEqual([]);
    expect((await get(`/${ofDora}`)).json).toEqual(answer.json.alerts[1]);
  });

  it('goes through all pages with a cursor, each alert once', async () => {
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { json }: Answer = await get(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      found.push(...(json.alerts as { readonly id: string }[]).map(({ id }) => id));
      cursor = json.next_cursor as string | null;
    }
    expect(found).toEqual(await idsOf('limit=200'));
    expect(new Set(found).size).toBe(3);
  });

  it('sends a dead alert again, and no other', async () => {
    const [id = ''] = await idsOf('user_id=dora');
    const early = await post(`/${id}/replay`);
    const message = 'Only a dead alert can be sent again; this one is pending.';
    expect([early.status, early.json]).toEqual([409, { error: 'ALERT_NOT_DEAD', message }]);
    for (const path of [`/${id}/replay`, '/replay']) {
      const reason = 'The key is wrong.';
      await deliveries.settle(await begun(id), { status: 'refused', reason, isMisconfigured: true });
      expect((await get(`/${id}`)).json).toMatchObject({ state: 'dead', last_failure: reason });
      expect((await get('/summary')).json).toMatchObject({ pending: 6, dead: 3, alerts: { dead: 1 } });
      const { status, json } = await post(path);
      expect([status, json]).toEqual([200, { replayed: 1 }]);
      expect((await get(`/${id}`)).json).toMatchObject({ state: 'pending', attempts: 0 });
    }
    expect((await post('/replay')).json).toEqual({ replayed: 0 });
  });

  it('says what became of all events, and of the channel', async () => {
    const [id = ''] = await idsOf('user_id=dora');
    await deliveries.settle(await begun(id), { status: 'delivered' });
    users.service.app.get(ChannelHealth).note({ status: 'failed', reason: 'It did not answer.' });
    const { status, json } = await get('/summary');
    expect([status, json]).toMatchObject([
      200,
      {
        ...{ triggered: 9, delivered: 3, pending: 6, suppressed: 0, open: 0, queued: 0, dead: 0, repeated: 0 },
        alerts: { pending: 2, queued: 0, delivered: 1, dead: 0 },
        channel: { status: 'degraded', delivered: 0, failed: 1, reason: 'It did not answer.' },
      },
    ]);
    expectDescribed(json, 'AlertSummary');
    const health = await users.service.http.call('/health/ready');
    expect([health.status, health.json.details.alerts]).toMatchObject([
      200,
      { status: 'up', channel_status: 'degraded', failed: 1, failing_since: new Date(clock.now()).toISOString() },
    ]);
  });

  it.each([NOWHERE, 'x', 'a%00b'])('knows no alert %p', async (id) => {
    for (const { status, json } of [await get(`/${id}`), await post(`/${id}/replay`)]) {
      expect([status, json.message]).toEqual([404, 'There is no alert with this id; it may be deleted since.']);
    }
  });
});

describe('what the routes of alerts refuse', () => {
  const CURSOR = 'cursor must be the next_cursor of an answer to the same question.';

  it.each([
    ['?state=lost', 'state must be one of: pending, queued, delivered, dead.'],
    ['?kind=toString', /^kind must be one of: risk, /],
    ['?user_id=%00', /^A user id is text/],
    ['?cursor=%00', CURSOR],
    [`?cursor=1'-${NOWHERE}`, CURSOR],
    ['?limit=1e2', 'limit must be a whole number from 1 to 200.'],
    ['/summary?days=1', 'There is no parameter "days"; remove it.'],
    [`/${NOWHERE}?full=1`, 'There is no parameter "full"; remove it.'],
  ])('refuses %s', async (path, sentence) => {
    const { status, json } = await get(path);
    const message: unknown = typeof sentence === 'string' ? sentence : expect.stringMatching(sentence);
    expect([status, json.message]).toEqual([400, message]);
  });

  const ROUTES = [
    ['GET', ''],
    ['GET', '/summary'],
    ['GET', `/${NOWHERE}`],
    ['POST', '/replay'],
    ['POST', `/${NOWHERE}/replay`],
  ] as const;

  it('asks for a key', async () => {
    for (const [method, path] of ROUTES) {
      expect((await users.service.http.call(`/v1/alerts${path}`, { method })).status).toBe(401);
    }
  });

  it('makes no database, neither for a question nor for what is to be sent again', async () => {
    users.use({ ...NO_DATABASE, report: () => ({ ...NO_DATABASE.report(), kind: 'embedded' }) });
    const [all, summary, one, replayed, oneReplayed] = await Promise.all([
      ...[get(''), get('/summary'), get(`/${NOWHERE}`)],
      ...[post('/replay'), post(`/${NOWHERE}/replay`)],
    ]);
    users.use(users.database);
    expect([all?.json, replayed?.json]).toEqual([{ alerts: [], next_cursor: null }, { replayed: 0 }]);
    expect(summary?.json).toMatchObject({ triggered: 0, dead: 0, oldest_pending_at: null });
    expect([one?.status, oneReplayed?.status]).toEqual([404, 404]);
  });

  it('answers 503 while the database is away', async () => {
    users.use(NO_DATABASE);
    const answers = await Promise.all(ROUTES.map(([method, path]) => users.call(`/v1/alerts${path}`, { method })));
    users.use(users.database);
    for (const { status, json } of answers) expect([status, json.error]).toEqual([503, 'STORAGE_UNAVAILABLE']);
  });

  it('describes every parameter', () => {
    expect(description.queryParameters('/v1/alerts').sort()).toEqual(Object.keys(ALERTS_PARAMETERS).sort());
  });
});
