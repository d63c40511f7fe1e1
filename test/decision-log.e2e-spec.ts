import { parseIpAddress } from '../src/common/ip/ip-address.js';
import { AlertOutbox } from '../src/modules/alerting/outbox/alert-outbox.js';
import {
  DEFAULT_ALERT_CAP,
  DEFAULT_ALERT_GROUPING,
  DEFAULT_ALERT_WINDOW_MS,
} from '../src/modules/alerting/alert-settings.js';
import { DecisionLog, type DecisionLogOptions } from '../src/modules/decisions/decision-log.js';
import { DecisionRetention } from '../src/modules/decisions/decision-retention.js';
import type { PageCursor } from '../src/common/paging/page-cursor.js';
import { DecisionReader, type DecisionFilter } from '../src/modules/decisions/reading/decision-reader.js';
import type { LoggedDecision } from '../src/modules/decisions/reading/logged-decision.js';
import { rescore } from '../src/modules/decisions/rescoring/rescore.js';
import type { LoginReport } from '../src/modules/geo-velocity/geo-velocity.js';
import type { Database } from '../src/modules/storage/database.js';
import { differences, randomDecisions } from './rescoring/random-decisions.mjs';
import { DATABASES, dispose } from './support/databases.js';
import { ENGINE } from './support/decision-engine.js';
import { assessed, decisionEvent, QUIET_POLICY } from './support/decision-events.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import { withQuery } from './support/with-query.js';
import { impossible, paris, reported } from './support/travel-reports.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const CLOSES_IN_MS = 20_000;

const ALERTS = {
  windowMs: DEFAULT_ALERT_WINDOW_MS,
  capPerHour: DEFAULT_ALERT_CAP,
  groupBy: DEFAULT_ALERT_GROUPING,
  asksUsers: false,
  retentionDays: 90,
  addressDays: 30,
};

const isWrite = (text: string): boolean => text.includes('write_decisions');

describe.each(DATABASES)('the decision log in the $name database', ({ create }) => {
  let database: Database;
  let clock: FakeClock;
  let hours = 0;

  beforeAll(async () => {
    database = await create();
  });
  afterAll(() => dispose(database));
  beforeEach(() => {
    // An hour of its own for each test, from its first minute on.
    hours += 1;
    const now = Date.now();
    clock = new FakeClock(now - (now % MINUTE_MS) - hours * 3_600_000);
  });

  const logOf = (options: Partial<DecisionLogOptions> = {}): DecisionLog =>
    new DecisionLog({
      database,
      clock,
      mode: 'batched',
      outbox: undefined,
      hashKey: undefined,
      retentionDays: 90,
      addressDays: 30,
      warn: (line) => {
        throw new Error(line);
      },
      ...options,
    });
  const readerOf = (): DecisionReader => new DecisionReader({ database, clock, hashKey: undefined, retentionDays: 90 });
  const list = async (filter: Partial<DecisionFilter> = {}): Promise<readonly LoggedDecision[]> => {
    const since = clock.now() - (clock.now() % 3_600_000);
    return (await readerOf().list({ limit: 5000, since, until: since + 3_600_000, ...filter })).decisions;
  };
  const counted = (rows: readonly LoggedDecision[]): number => rows.reduce((sum, { count }) => sum + count, 0);

  it('counts every decision once, in one row for a minute, over flushes and processes', async () => {
    const shared = decisionEvent({ assessment: assessed('81.10.0.1', { isTorExitNode: true }, 'DE') });
    const logs = [logOf(), logOf()];
    for (let flush = 0; flush < 3; flush += 1) {
      for (const log of logs) {
        for (let index = 0; index < 20; index += 1) log.record({ ...shared, latencyMs: index });
        // Says the same, and is another object.
        log.record(decisionEvent({ assessment: assessed('81.10.0.1', { isTorExitNode: true }, 'DE') }));
        log.record(decisionEvent({ context: { subject: 'ada' } }));
      }
      clock.advance(1000);
      await eventually(() => {
        expect(logs.map((log) => log.report().waiting)).toEqual([0, 0]);
      });
    }

    const rows = await list();
    expect(counted(rows)).toBe(2 * 3 * 22);
    expect(rows).toHaveLength(2 * 2);
    const [tor] = await list({ action: 'challenge' });
    expect(tor).toMatchObject({
      count: 63,
      score: 50,
      level: 'high',
      cause: 'score',
      country: 'DE',
      ip: '81.10.0.1',
      latencySumMs: 3 * 190,
      latencyMaxMs: 19,
      isConfirmed: true,
      isSummary: false,
    });
    expect(tor?.lastAt).toBe((tor?.at ?? 0) + 2000);
    expect(await list({ subject: 'ada' })).toHaveLength(2);
    expect(logs[0]?.report()).toMatchObject({ status: 'up', recorded: 66, rows: 6, merged: 60, failures: 0 });
  });

  it('applies a batch once whose COMMIT was not answered, with its alerts', async () => {
    const outbox = new AlertOutbox({ database, clock, settings: ALERTS });
    let unanswered = 1;
    const lossy = withQuery(database, async (text, values) => {
      const answer = await database.query<never>(text, values);
      if (isWrite(text) && unanswered-- > 0) throw new Error('the connection was lost');
      return answer;
    });
    const log = logOf({ database: lossy, outbox });
    const event = decisionEvent({ assessment: assessed('81.10.7.7', { isTorExitNode: true }), route: 'Lossy.login' });
    for (let index = 0; index < 5; index += 1) log.record(event);

    await eventually(() => {
      clock.advance(250);
      expect(log.report()).toMatchObject({ waiting: 0, failures: 1, recorded: 5 });
    });
    log.record(event);
    await log.close(CLOSES_IN_MS);

    expect(counted(await list())).toBe(6);
    expect(outbox.report()).toMatchObject({ triggered: 6, repeated: 0 });
    const { rows } = await database.query<{ readonly decision: string; readonly route: string }>(
      `select facts ->> 'decisionId' as decision, facts ->> 'route' as route from ${database.schema}.alerts`,
    );
    expect(rows).toEqual([{ decision: (await list())[0]?.id, route: 'Lossy.login' }]);
  });

  it('tells whoever waits once the decision is committed, or in time that it is not known', async () => {
    let isAway = false;
    const lines: string[] = [];
    const log = logOf({
      mode: 'durable',
      warn: (line) => lines.push(line),
      database: withQuery(database, (text, values) =>
        isAway && isWrite(text) ? Promise.reject(new Error('away')) : database.query<never>(text, values),
      ),
    });
    const keep = (route: string): Promise<boolean> => log.keep(decisionEvent({ route }), 100);

    expect(await Promise.all(Array.from({ length: 30 }, (_, index) => keep(`Route.${index % 3}`)))).not.toContain(
      false,
    );
    expect(counted(await list())).toBe(30);
    // Those of one moment go together.
    expect(log.report().rows).toBeLessThanOrEqual(6);

    isAway = true;
    const unknown = [keep('Away.one'), keep('Away.two')];
    await eventually(() => {
      expect(log.report().status).toBe('degraded');
    });
    clock.advance(100);
    expect(await Promise.all(unknown)).toEqual([false, false]);
    isAway = false;
    await log.close(CLOSES_IN_MS);

    const unconfirmed = (await list()).filter(({ isConfirmed }) => !isConfirmed);
    expect(unconfirmed.map(({ route }) => route).sort()).toEqual(['Away.one', 'Away.two']);
    expect(counted(await list())).toBe(32);
    expect(lines).toEqual([]);
    expect(await keep('Too.late')).toBe(false);
  });

  it('ends the mark of a recorded login with the row that its alerts are raised with', async () => {
    const marks = async (): Promise<unknown[]> =>
      (await database.query(`select event_id from ${database.schema}.login_checks`)).rows as unknown[];
    const report: LoginReport = {
      ...reported(impossible),
      login: { ...paris, eventId: 'in-tokyo' },
      isDuplicate: false,
      found: [
        { from: paris, to: { ...paris, eventId: 'in-tokyo' }, distanceKm: 9700, elapsedSeconds: 3600, speedKmh: 9700 },
      ],
      withdrawn: [],
      isOwed: true,
    };
    await database.query(
      `insert into ${database.schema}.login_checks (user_id, event_id, ts, marked_at) values ('eve', 'in-tokyo', now(), now())`,
    );
    const outbox = new AlertOutbox({ database, clock, settings: ALERTS });
    const log = logOf({ outbox });
    log.record(decisionEvent({ context: { subject: 'eve', travel: report } }));
    await log.close(CLOSES_IN_MS);

    expect(await marks()).toEqual([]);
    expect(outbox.report()).toMatchObject({ triggered: 1 });
    const [row] = await list();
    expect(row).toMatchObject({ subject: 'eve', travelStatus: 'impossible', reasons: [{ code: 'IMPOSSIBLE_TRAVEL' }] });
  });

  it('pages through decisions of one instant without a gap, and keeps what Postgres cannot store', async () => {
    const log = logOf();
    for (let index = 0; index < 25; index += 1) {
      if (index % 10 === 0) clock.advance(1);
      log.record(decisionEvent({ context: { subject: `user-${index}` } }));
    }
    log.record(decisionEvent({ context: { subject: `nul \0, half \ud800, \\u0000 and ${'long'.repeat(200)}` } }));
    await log.close(CLOSES_IN_MS);

    const ids: string[] = [];
    for (let before: PageCursor | undefined; ;) {
      const since = clock.now() - MINUTE_MS;
      const { decisions, next } = await readerOf().list({ limit: 7, before, since, until: clock.now() + MINUTE_MS });
      ids.push(...decisions.map(({ id }) => id));
      if (next === undefined) break;
      before = next;
    }
    const all = await list();
    expect(ids).toEqual(all.map(({ id }) => id));
    expect(new Set(ids).size).toBe(26);
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).sort((a, b) => b - a));
    const odd = all.find(({ subject }) => subject?.startsWith('nul') === true);
    expect(odd?.subject).toMatch(/^nul \ufffd, half \ufffd, \\u0000 and long/);
    expect(await readerOf().find(odd?.id ?? '')).toEqual(odd);
    expect(await readerOf().find('d00000000000000000000000')).toBeUndefined();
  });

  it('keeps decisions for their days and plain addresses for theirs, and finds them by the address all the same', async () => {
    const now = Date.now();
    const at = async (daysAgo: number, ip: string): Promise<void> => {
      clock = new FakeClock(now - daysAgo * DAY_MS);
      const log = logOf();
      const policy = { ...QUIET_POLICY, name: `of-day-${daysAgo}` };
      log.record(decisionEvent({ assessment: assessed(ip, { isBot: true }, 'NO'), route: 'Old.route', policy }));
      await log.close(CLOSES_IN_MS);
    };
    for (const age of [400, 95, 45, 1]) await at(age, '64:ff9b::5.6.7.8');
    clock = new FakeClock(now);
    const options = { database, clock, retentionDays: 90, addressDays: 30, warn: () => undefined };

    expect(await new DecisionRetention(options).run()).toMatchObject({
      status: 'done',
      addressesForgotten: 1,
      textsDeleted: 2,
      writersDeleted: 3,
    });

    const ip = parseIpAddress('5.6.7.8');
    const { decisions } = await readerOf().list({ limit: 10, ip });
    expect(decisions.map((row) => [row.policy.name, row.ip, row.level, row.signals?.country])).toEqual([
      ['of-day-1', '5.6.7.8', 'medium', 'NO'],
      ['of-day-45', undefined, 'medium', 'NO'],
    ]);
    expect(decisions.map(rescore).map((again) => again?.score)).toEqual([20, 20]);
    const short = await new DecisionRetention({ ...options, retentionDays: 1 }).run();
    expect(short.partitionsDropped).toBeGreaterThan(1);
    const wrong = new DecisionRetention({ ...options, clock: new FakeClock(now + DAY_MS) });
    expect(await wrong.run()).toMatchObject({ status: 'clocks-differ', partitionsMade: 0 });
  });

  it('decides again by what is stored to the same score, reasons, action and cause', async () => {
    const count = 1000;
    const events = [...randomDecisions(count, hours, ENGINE)];
    const log = logOf();
    for (const event of events) log.record(event);
    await log.close(CLOSES_IN_MS);

    const byRoute = new Map((await list()).map((logged) => [logged.route, logged]));
    expect(byRoute.size).toBe(count);
    const found = events.flatMap((event) => {
      const logged = byRoute.get(event.route);
      return logged === undefined ? [event.route] : differences(event, logged, rescore(logged));
    });
    expect(found).toEqual([]);
  });
});
