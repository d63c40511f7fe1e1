import { decisionEvent, assessed, QUIET_POLICY } from '../../../test/support/decision-events.js';
import { DecisionWrites } from '../../../test/support/decision-writes.js';
import { eventually } from '../../../test/support/eventually.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { AlertOutbox } from '../alerting/outbox/alert-outbox.js';
import { DecisionBuffer } from './writing/decision-buffer.js';
import { DecisionLog, type DecisionLogOptions } from './decision-log.js';

const SETTINGS = {
  windowMs: 300_000,
  capPerHour: 60,
  groupBy: ['user', 'prefix', 'policy'],
  asksUsers: false,
  retentionDays: 90,
  addressDays: 30,
} as const;

const TOR = { isTorExitNode: true } as const;

describe('DecisionLog', () => {
  let writes: DecisionWrites;
  let clock: FakeClock;
  let lines: string[];

  beforeEach(() => {
    writes = new DecisionWrites();
    clock = new FakeClock();
    lines = [];
  });

  const logOf = (options: Partial<DecisionLogOptions> = {}): DecisionLog =>
    new DecisionLog({
      database: writes.database,
      clock,
      mode: 'batched',
      outbox: undefined,
      hashKey: undefined,
      retentionDays: 90,
      addressDays: 30,
      warn: (line) => lines.push(line),
      ...options,
    });
  const written = (log: DecisionLog): Promise<void> =>
    eventually(() => {
      expect(log.report().waiting).toBe(0);
    });

  it('writes nothing before 250 ms are over, and then all that says the same as one row', async () => {
    const log = logOf();
    const event = decisionEvent();
    for (let index = 0; index < 7; index += 1) log.record(event);
    log.record({ ...event, route: 'Other.route' });
    log.record(decisionEvent());

    clock.advance(249);
    await new Promise(setImmediate);
    expect(writes.rows).toEqual([]);
    clock.advance(1);
    await written(log);

    expect(writes.rows.map(({ route, count }) => [route, count]).sort()).toEqual([
      ['LoginController.login', 8],
      ['Other.route', 1],
    ]);
    expect(log.report()).toMatchObject({ recorded: 9, rows: 2, merged: 7 });
  });

  it('names rows of one minute alike, and those of the next otherwise', async () => {
    const log = logOf();
    const event = decisionEvent();
    for (const ms of [0, 1000, 60_000]) {
      clock.advance(ms);
      log.record(event);
      clock.advance(250);
      await written(log);
    }

    const [first, second, third] = writes.rows.map(({ id }) => id);
    expect(first).toMatch(/^[a-z][a-z0-9]{23}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('writes what waited for minutes under the minute that it was of', async () => {
    const log = logOf();
    const event = decisionEvent();
    writes.isAway = true;
    for (let minute = 0; minute < 3; minute += 1) {
      log.record(event);
      log.record(event);
      clock.advance(60_000);
    }
    writes.isAway = false;
    await log.close(1000);

    const minutes = ['00:00', '00:01', '00:02'].map((time) => [`2026-01-01T${time}:00.000Z`, 2]);
    expect(writes.rows.map(({ minute, count }) => [minute, count]).sort()).toEqual(minutes);
  });

  it('sends signals and policies once a day', async () => {
    const log = logOf();
    for (const ms of [0, 1000, 86_400_000]) {
      clock.advance(ms);
      log.record(decisionEvent({ assessment: assessed('81.10.0.1', TOR, 'DE') }));
      log.record(decisionEvent({ assessment: assessed('81.10.0.2', TOR, 'DE') }));
      clock.advance(250);
      await written(log);
    }

    expect(writes.batches).toEqual([1, 2, 3]);
    expect(writes.signals).toHaveLength(2);
    expect(writes.policies).toHaveLength(2);
    expect(new Set([...writes.signals, ...writes.policies]).size).toBe(2);
  });

  it('writes no plain address where none is to be kept', async () => {
    const log = logOf({ addressDays: 0 });
    log.record(decisionEvent());
    await log.close(1000);

    expect(JSON.stringify(writes.rows)).not.toContain('81.10.0.1');
    expect(writes.rows[0]).toMatchObject({ ip_pseudonym: expect.any(String) as string });
  });

  it('counts what there is no room for, exactly, with the alerts that it owes and without whom it was about', async () => {
    const outbox = new AlertOutbox({ database: writes.database, clock, settings: SETTINGS });
    const log = logOf({ mostWaiting: 10, outbox });
    writes.isAway = true;
    const tor = (index: number, policy = {}) =>
      decisionEvent({
        assessment: assessed(`81.10.0.${index}`, TOR),
        context: { subject: `user-${index}` },
        ...policy,
      });
    for (let index = 0; index < 10; index += 1) log.record(decisionEvent({ context: { subject: `quiet-${index}` } }));
    for (let index = 0; index < 40; index += 1) log.record(tor(index));
    for (let index = 0; index < 5; index += 1) log.record(tor(index, { policy: QUIET_POLICY }));

    expect(log.report()).toMatchObject({ waiting: 10, summarised: 45 });
    expect(lines).toEqual([
      '1 decision(s) were only counted, without their details, since the last such line: 10 wait to be put on record; check the database.',
    ]);
    writes.isAway = false;
    await log.close(1000);

    expect(writes.counted).toBe(55);
    const summaries = writes.rows.filter(({ is_summary: isSummary }) => isSummary);
    expect(summaries.map(({ policy, action, count }) => [policy, action, count])).toEqual([
      ['login', 'challenge', 40],
      ['quiet', 'monitor', 5],
    ]);
    expect(writes.triggers).toMatchObject([{ count: 40, facts: { decisionId: summaries[0]?.id, policy: 'login' } }]);
    expect(JSON.stringify([summaries, writes.triggers])).not.toMatch(/81\.10|user-/);
  });

  it('tries again with pauses that double up to 5 s while the database is away, and loses nothing', async () => {
    const log = logOf();
    writes.isAway = true;
    log.record(decisionEvent());
    clock.advance(250);
    for (const [index, pause] of [250, 500, 1000, 2000, 4000, 5000, 5000].entries()) {
      await eventually(() => {
        expect([writes.tries, clock.pending]).toEqual([index + 1, 1]);
      });
      log.record(decisionEvent());
      clock.advance(pause - 1);
      expect(clock.pending).toBe(1);
      clock.advance(1);
      expect(clock.pending).toBe(0);
    }
    await eventually(() => {
      expect(log.report()).toMatchObject({
        status: 'degraded',
        failures: 8,
        reason: 'The database cannot be used now.',
      });
    });

    writes.isAway = false;
    await log.close(1000);
    expect(writes.counted).toBe(8);
    expect(log.report()).toMatchObject({ status: 'up', waiting: 0, recorded: 8, failingSince: undefined });
    expect(lines).toEqual([]);
  });

  it('keeps one decision that cannot be written from taking the others with it', async () => {
    const log = logOf();
    const event = decisionEvent();
    const endless: Record<string, unknown> = {};
    endless['itself'] = endless;
    const reasons = [{ code: 'X', points: 1, provider: 'x', detail: endless as unknown as string }];
    log.record({ ...event, decision: { ...event.decision, reasons } });
    log.record(event);
    await log.close(1000);

    expect(writes.rows.map(({ count, is_summary: isSummary }) => [count, isSummary])).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  it('takes back that a row is confirmed where somebody was told otherwise meanwhile', async () => {
    const log = logOf({ mode: 'durable' });
    writes.meanwhile = () => {
      clock.advance(100);
      writes.meanwhile = () => undefined;
    };
    expect(await log.keep(decisionEvent(), 100)).toBe(false);
    await log.close(1000);

    expect(writes.rows).toMatchObject([{ is_confirmed: true }]);
    expect(writes.unconfirmed).toEqual([writes.rows[0]?.id]);
  });

  it('writes no number that a column does not hold, and holds no long text while it waits', async () => {
    const log = logOf();
    const { decision, ...rest } = decisionEvent({
      context: { subject: 'x'.repeat(100_000), claimedCountry: 'y'.repeat(9) },
    });
    for (const score of [40.5, 1e6, NaN]) log.record({ ...rest, decision: { ...decision, score }, latencyMs: NaN });
    log.record({ ...rest, decision: { ...decision }, latencyMs: 1e300 });
    log.record({
      ...rest,
      decision: { ...decision, score: 1n as unknown as number },
      latencyMs: 1n as unknown as number,
    });
    await log.close(1000);

    expect(writes.counted).toBe(5);
    expect(writes.rows).toMatchObject([{ latency_sum_ms: 1e9, latency_max_ms: 1e9 }]);
    expect(writes.rows[0]).not.toHaveProperty('score');
    const buffer = new DecisionBuffer(2);
    const shared = decisionEvent();
    expect(buffer.add({ ...rest, decision }, 0)?.event).toMatchObject({
      claimedCountry: undefined,
      decision: { subject: 'x'.repeat(256) },
    });
    expect(buffer.add(shared, 0)?.event).toBe(shared);
  });

  it('says in the end what it could not write, with how much it was', async () => {
    const log = logOf({ mostWaiting: 2 });
    writes.isAway = true;
    for (let index = 0; index < 5; index += 1) log.record(decisionEvent());
    const closed = log.close(1000);
    await eventually(() => {
      expect(writes.tries).toBe(1);
    });
    clock.advance(1000);
    await closed;

    expect(lines.at(-1)).toBe('5 decision(s) could not be put on record before the end; check the database.');
    const told = lines.length;
    for (let index = 0; index < 2; index += 1) log.record(decisionEvent());
    expect(log.report()).toMatchObject({ lost: 7 });
    expect(lines.slice(told)).toEqual([
      'Decisions are still made after the end of the decision log: they are not put on record.',
    ]);
  });
});
