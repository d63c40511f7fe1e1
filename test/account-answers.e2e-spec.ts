import { Controller, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DATABASE, IpRisk, IpRiskModule, type Database, type GuardedRequest } from 'nestjs-ip-risk';
import { ApiKeys } from '../src/common/config/api-keys.js';
import { SecretText } from '../src/common/secrets/secret-text.js';
import type { ReportedAccount } from '../src/modules/alerting/account/account-report.js';
import { AccountReports } from '../src/modules/alerting/account/account-reports.js';
import { ANSWER_LINKS, AnswerLinks } from '../src/modules/alerting/account/answer-links.js';
import { NO_ALERT_FACTS, type AlertTrigger } from '../src/modules/alerting/alert.js';
import { AlertOutbox } from '../src/modules/alerting/outbox/alert-outbox.js';
import { ApiModule } from '../src/modules/api/api.module.js';
import { serviceAdapter } from '../src/service-adapter.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';
import { HttpClient, type Answer } from './support/http-client.js';
import { PlacedProvider, TRAVELLERS } from './support/placed-provider.js';

const DAY_MS = 86_400_000;
const SETTINGS = { windowMs: 300_000, capPerHour: 60, groupBy: ['user'], asksUsers: true, retentionDays: 90 } as const;
/** What a browser sends for a form without fields. */
const FORM = ['content-type', 'application/x-www-form-urlencoded'] as const;
const press = { method: 'POST', headers: [FORM] } as const;

const ran: string[] = [];

@Controller('session')
class SessionController {
  @Post()
  @IpRisk({ subject: ({ headers }: GuardedRequest) => headers['x-user'] as string })
  open(): void {
    ran.push('opened');
  }
}

describe.each(DATABASES)('an answer to "was this you?" on the $name database', ({ create }) => {
  const clock = new FakeClock(Date.now());
  const told: ReportedAccount[] = [];
  const warned: string[] = [];
  let database: Database;
  let outbox: AlertOutbox;
  let links: AnswerLinks;
  let reports: AccountReports;
  let app: INestApplication;
  let http: HttpClient;

  beforeAll(async () => {
    database = await create();
    outbox = new AlertOutbox({ database, clock, settings: { ...SETTINGS, addressDays: 30 } });
    links = new AnswerLinks({ key: new SecretText('a-key-of-the-site'), publicUrl: 'https://risk.example.com', clock });
    const onAccountReported = (report: ReportedAccount): never => {
      told.push(report);
      throw new TypeError('something that nobody may read');
    };
    const warn = (line: string): void => void warned.push(line);
    reports = new AccountReports({ database, clock, outbox, onAccountReported, warn });
    app = await started(database, clock, reports, links);
    http = new HttpClient(await app.getUrl());
  });

  afterAll(async () => {
    http.close();
    await app.close();
    await dispose(database);
  });

  /** Everything that an answer may change. */
  const stored = async (): Promise<unknown> => {
    const { rows } = await database.query<{ all: unknown }>(
      `select json_build_array(
         (select json_agg(t order by t.user_id, t.id) from ${database.schema}.user_trust t),
         (select json_agg(r order by r.alert_id) from ${database.schema}.account_reports r),
         (select json_agg(a.id order by a.id) from ${database.schema}.alerts a)) as all`,
    );
    return rows[0]?.all;
  };

  const asked = async (user: string): Promise<{ id: string; yes: string; no: string }> => {
    await outbox.raise([askingTrigger(user, clock.now())]);
    const { rows } = await database.query<{ id: string }>(
      `select id from ${database.schema}.alerts where user_id = $1 and audience = 'user' order by created_at desc`,
      [user],
    );
    const { id } = rows[0] ?? { id: '' };
    const { yesUrl, noUrl } = links.linksFor({ id, createdAt: clock.now() });
    return { id, yes: new URL(yesUrl).pathname, no: new URL(noUrl).pathname };
  };
  const login = (user: string, from: string): Promise<Answer> =>
    http.from(from, '/session', { method: 'POST', headers: [['x-user', user]] });

  it('is asked for on a plain page of which nobody learns who is asked, and which changes nothing', async () => {
    const { yes, no } = await asked('ann');
    const before = await stored();
    for (const path of [yes, no, yes]) {
      const { status, headers, text } = await http.call(path);
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      });
      expect(text).toContain('A login to your account from Japan at ');
      expect(text).not.toMatch(/ann|133\.4|Tokyo|<script|src=|href=/);
    }
    await http.call(yes, { method: 'HEAD' });
    expect(await stored()).toEqual(before);
  });

  it('yes has the place trusted from now on, once, whichever link is used again', async () => {
    const post = async (ip: string): Promise<unknown> => {
      const body = { user_id: 'bob', ip_address: ip };
      return (await http.post('/v1/logins', body)).json;
    };
    await post(TRAVELLERS.paris);
    clock.advance(60_000);
    expect(await post(TRAVELLERS.tokyo)).toMatchObject({ action: 'challenge', score: 50 });
    const { id, yes, no } = await asked('bob');
    expect(await http.call(yes, press)).toMatchObject({ status: 200, text: expect.stringContaining('Thank you') });
    expect(await post(TRAVELLERS.tokyoHotel)).toMatchObject({ score: 25, travel: { relief: { kind: 'country' } } });
    const after = await stored();
    for (const path of [yes, no]) {
      expect((await http.call(path)).status).toBe(410);
      expect(await http.call(path, press)).toMatchObject({ status: 410, text: expect.not.stringMatching(/bob|Japan/) });
    }
    expect(await stored()).toEqual(after);
    const { json } = await http.call('/v1/users/bob/reports');
    expect(json).toMatchObject({ holds: [], reports: [{ alert_id: id, answer: 'yes', released_at: null }] });
  });

  it('no holds the account everywhere, tells the team and the application once, until it is released', async () => {
    const { id, no } = await asked('cleo');
    expect((await login('cleo', TRAVELLERS.paris)).status).toBe(201);
    told.length = 0;
    expect((await http.call(no, press)).status).toBe(200);
    expect((await http.call(no, press)).status).toBe(410);
    const { rows } = await database.query(
      `select severity, audience, count::integer from ${database.schema}.alerts where kind = 'account-reported'`,
    );
    expect(rows).toEqual([{ severity: 3, audience: 'team', count: 1 }]);
    expect(told).toEqual([{ userId: 'cleo', alertId: id, answeredAt: clock.now() }]);
    expect(warned).toEqual(['onAccountReported failed: TypeError.']);

    ran.length = 0;
    for (const from of [TRAVELLERS.paris, '10.0.0.1']) {
      const { status, text } = await login('cleo', from);
      expect([status, JSON.parse(text).error]).toEqual([403, 'IP_RISK_DENIED']);
      expect(text).not.toMatch(/held|account|report/i);
    }
    expect(ran).toEqual([]);
    expect((await login('dora', TRAVELLERS.paris)).status).toBe(201);
    const decided = await http.post('/v1/logins', { user_id: 'cleo', ip_address: TRAVELLERS.paris });
    expect(decided.json).toMatchObject({ action: 'review', score: 0, decision: { cause: 'account-held' } });

    clock.advance(400 * DAY_MS);
    expect((await login('cleo', TRAVELLERS.paris)).status).toBe(403);
    expect((await http.call('/v1/users/cleo/reports')).json).toMatchObject({ holds: [{ alert_id: id }] });
    const released = await http.call('/v1/users/cleo/hold', { method: 'DELETE' });
    expect([released.status, released.json]).toEqual([200, { released: 1 }]);
    const { holds, reports } = (await http.call('/v1/users/cleo/reports?limit=1')).json;
    expect([holds, reports]).toMatchObject([[], [{ answer: 'no', released_at: new Date(clock.now()).toISOString() }]]);
    expect((await login('cleo', TRAVELLERS.paris)).status).toBe(201);
  });

  it('counts once where several are given at the same moment', async () => {
    const { id } = await asked('hal');
    const before = told.length;
    const outcomes = await Promise.all((['no', 'no', 'yes', 'no'] as const).map((each) => reports.answer(id, each)));
    expect(outcomes.sort()).toEqual(['already', 'already', 'already', 'taken']);
    const { json } = await http.call('/v1/users/hal/reports');
    const [{ answer }] = json.reports as [{ readonly answer: string }];
    expect([json.reports.length, json.holds.length, told.length - before]).toEqual(
      answer === 'no' ? [1, 1, 1] : [1, 0, 0],
    );
  });

  it('is refused where the alert is about no login that was recorded: anybody can have it checked', async () => {
    const { facts, ...trigger } = askingTrigger('iris', clock.now());
    await outbox.raise([{ ...trigger, facts: { ...facts, eventId: undefined } }]);
    const { rows } = await database.query<{ id: string }>(
      `select id from ${database.schema}.alerts where user_id = 'iris'`,
    );
    const before = await stored();
    const id = rows[0]?.id ?? '';
    expect([await reports.asked(id), await reports.answer(id, 'no'), await reports.answer(id, 'yes')]).toEqual([
      undefined,
      'unknown',
      'unknown',
    ]);
    expect([id === '', await stored()]).toEqual([false, before]);
  });

  it('that is forged, too late, a form with fields, or about nothing any more changes nothing', async () => {
    const { no } = await asked('emma');
    const before = await stored();
    const forged = no.replace('.no.', '.yes.');
    expect(await http.call(forged, press)).toMatchObject({ status: 404, text: expect.stringContaining('Nothing was') });
    expect((await http.call(`${no}a`)).status).toBe(404);
    expect((await http.call('/v1/was-this-you/x', press)).status).toBe(404);
    expect((await http.call(no, { ...press, body: 'answer=yes' })).status).toBe(415);
    expect((await http.call('/v1/ips/risk', press)).status).toBe(415);
    const unknown = links.linksFor({ id: 'a00000000000000000000000', createdAt: clock.now() }).noUrl;
    expect((await http.call(new URL(unknown).pathname, press)).status).toBe(410);
    clock.advance(7 * DAY_MS);
    expect((await http.call(no)).status).toBe(410);
    expect((await http.call(no, press)).status).toBe(410);
    expect(await stored()).toEqual(before);
  });

  it('is taken as a whole or not at all, and can be given again where it was not', async () => {
    const { no } = await asked('fay');
    const before = await stored();
    const rename = (from: string, to: string): Promise<unknown> =>
      database.query(`alter function ${database.schema}.${from} rename to ${to}`);
    await rename('raise_alerts', 'no_raise_alerts');
    expect(await http.call(no, press)).toMatchObject({ status: 503, text: expect.stringContaining('try again later') });
    expect(await stored()).toEqual(before);
    await rename('no_raise_alerts', 'raise_alerts');
    expect((await http.call(no, press)).status).toBe(200);
  });

  it('no takes back what a yes about the same place has taught', async () => {
    const first = await asked('dora');
    await http.call(first.yes, press);
    clock.advance(86_400_000);
    const second = await asked('dora');
    await http.call(second.no, press);
    const { rows } = await database.query(`select kind from ${database.schema}.user_trust where user_id = 'dora'`);
    expect(rows).toEqual([{ kind: 'held' }]);
  });

  it('of a user who is erased stays used, without the user', async () => {
    const { id, no } = await asked('gus');
    await http.call(no, press);
    expect((await http.call('/v1/users/gus', { method: 'DELETE' })).json).toEqual({
      erased: { logins: 0, trust: 1, decisions: 0, alerts: 2 },
    });
    expect((await login('gus', TRAVELLERS.paris)).status).toBe(201);
    expect((await http.call(no, press)).status).toBe(410);
    const { rows } = await database.query(
      `select user_id as "userId", country, answer from ${database.schema}.account_reports where alert_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ userId: null, country: null, answer: 'no' }]);
  });
});

async function started(
  database: Database,
  clock: FakeClock,
  reports: AccountReports,
  links: AnswerLinks,
): Promise<INestApplication> {
  const library = IpRiskModule.forRoot({
    isGlobal: true,
    providers: [new PlacedProvider()],
    trustedProxies: ['loopback'],
    // The database of the test stands in for the one that this would open.
    database: { directory: '/nowhere/ip-risk' },
    decisionLog: 'off',
    clock,
  });
  const builder = Test.createTestingModule({
    imports: [library, ApiModule.forRoot({ apiKeys: new ApiKeys([]), throttleLimit: 0 })],
    controllers: [SessionController],
  });
  builder.overrideProvider(DATABASE).useValue(unclosed(database));
  builder.overrideProvider(AccountReports).useValue(reports);
  builder.overrideProvider(ANSWER_LINKS).useValue(links);
  const app = (await builder.compile()).createNestApplication(serviceAdapter(), { logger: false, bodyParser: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

/** The test closes it. */
function unclosed(database: Database): Database {
  return {
    schema: database.schema,
    open: () => database.open(),
    query: (text, values) => database.query(text, values),
    transaction: (work) => database.transaction(work),
    report: () => database.report(),
    close: () => Promise.resolve(),
  };
}

/** A login in Tokyo that the user is asked about. */
function askingTrigger(user: string, at: number): AlertTrigger {
  return {
    kind: 'impossible-travel',
    severity: 'high',
    audience: 'user',
    facts: { ...NO_ALERT_FACTS, ip: TRAVELLERS.tokyo, country: 'JP', city: 'Tokyo', user, eventId: 'in-tokyo' },
    prefix: undefined,
    count: 1,
    firstAt: at,
    lastAt: at,
  };
}
