import type { Alert, AlertSeverity, AlertTrigger } from '../src/modules/alerting/alert.js';
import type { AlertSettings } from '../src/modules/alerting/alert-settings.js';
import { AlertDeliveries } from '../src/modules/alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from '../src/modules/alerting/outbox/alert-outbox.js';
import { GIVE_UP_MS } from '../src/modules/alerting/retry-schedule.js';
import type { Database } from '../src/modules/storage/database.js';
import { AlertStorm } from './support/alert-storm.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';
import { ALERT_SETTINGS, triggerOf, type TriggerParts } from './support/made-triggers.js';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const { windowMs: WINDOW_MS } = ALERT_SETTINGS;

describe.each(DATABASES)('the outbox of alerts in the $name database', ({ create }) => {
  let database: Database;
  let clock: FakeClock;
  let deliveries: AlertDeliveries;

  beforeAll(async () => {
    database = await create();
  });
  beforeEach(async () => {
    clock = new FakeClock();
    deliveries = new AlertDeliveries({ database, clock, random: () => 0.5 });
    const tables = ['alerts', 'alert_groups', 'alert_recipients', 'alert_dedupe', 'alert_tallies', 'user_login_events'];
    await database.query(tables.map((table) => `delete from ${database.schema}.${table}`).join(';'));
  });
  afterAll(() => dispose(database));

  const outboxOf = (settings: Partial<AlertSettings> = {}): AlertOutbox =>
    new AlertOutbox({
      database,
      clock,
      settings: { ...ALERT_SETTINGS, ...settings },
    });
  const trigger = (user: string, severity?: AlertSeverity, parts?: TriggerParts): AlertTrigger =>
    triggerOf(clock.now(), user, severity, parts);

  const alerts = async (): Promise<readonly Alert[]> => (await deliveries.list({ limit: 1000 })).alerts.toReversed();
  const beginAny = async (): Promise<Alert> => {
    const [taken] = await deliveries.take(1);
    const alert = await deliveries.begin(taken?.id ?? '');
    if (alert === undefined) throw new TypeError('There is no alert to deliver.');
    return alert;
  };
  const failed = { status: 'failed', reason: 'It is down.' } as const;

  it('tells of the first event of a group at once, and of all others of its window in one digest', async () => {
    const outbox = outboxOf();
    const told = jest.fn();
    outbox.onEmitted(told);
    const first = trigger('ann', 'high', { facts: { score: 60 } });

    expect(await outbox.raise([first])).toEqual({ triggered: 1, emitted: 1, suppressed: 0, repeated: 0 });
    clock.advance(MINUTE_MS);
    const began = clock.now();
    const mild = trigger('ann', 'medium', { count: 40, facts: { score: 30 } });
    const worst = trigger('ann', 'high', { facts: { score: 75, city: 'Oslo \0\ud800' } });
    expect(await outbox.raise([mild, worst, mild])).toMatchObject({ triggered: 81, emitted: 0 });
    clock.advance(WINDOW_MS - MINUTE_MS - 1);
    await outbox.raise([{ ...mild, firstAt: clock.now(), lastAt: clock.now() }]);
    expect(await deliveries.closeWindows()).toBe(0);
    clock.advance(1);
    expect(await deliveries.closeWindows()).toBe(1);

    expect(await alerts()).toMatchObject([
      { count: 1, isDigest: false, severity: 'high', state: 'pending', facts: first.facts },
      { count: 121, isDigest: true, severity: 'high', firstAt: began, lastAt: began + 4 * MINUTE_MS - 1 },
    ]);
    expect((await alerts()).at(1)?.facts).toMatchObject({ score: 75, city: 'Oslo ' });
    expect(told).toHaveBeenCalledTimes(1);
    // The digest has opened a window of its own; one in which nothing happens leaves nothing.
    await outbox.raise([mild]);
    clock.advance(WINDOW_MS);
    expect(await deliveries.closeWindows()).toBe(1);
    clock.advance(WINDOW_MS);
    expect(await deliveries.closeWindows()).toBe(0);
    expect(await outbox.raise([trigger('ann')])).toMatchObject({ emitted: 1 });
    expect(outbox.report()).toEqual({ triggered: 163, emitted: 2, suppressed: 0, repeated: 0 });
  });

  it('tells of worse than the window was opened for at once, with all that waited', async () => {
    const outbox = outboxOf();
    await outbox.raise([trigger('ann')]);
    await outbox.raise([trigger('ann', 'medium', { count: 7 })]);
    await outbox.raise([trigger('ann', 'critical')]);
    await outbox.raise([trigger('ann', 'critical'), trigger('ann', 'high')]);

    expect((await alerts()).map(({ severity, count, isDigest }) => [severity, count, isDigest])).toEqual(
      expect.arrayContaining([
        ['medium', 1, false],
        ['critical', 8, true],
      ]),
    );
    expect(await deliveries.tally()).toMatchObject({ triggered: 11, pending: 9, open: 2, suppressed: 0 });
  });

  it('counts an event once that is reported twice, and a country only where the user never was', async () => {
    const outbox = outboxOf();
    const found = trigger('ann', 'high', { kind: 'impossible-travel', dedupeId: 'finding-1' });
    expect(await outbox.raise([found, found])).toMatchObject({ triggered: 1, emitted: 1, repeated: 1 });
    expect(await outbox.raise([found])).toMatchObject({ triggered: 0, repeated: 1 });
    const worse = trigger('ben', 'critical', { dedupeId: 'finding-3', facts: { city: 'Oslo' } });
    await outbox.raise([trigger('ben', 'high', { dedupeId: 'finding-2', facts: { score: 90 } }), worse]);
    expect((await alerts()).filter(({ facts }) => facts.user === 'ben')).toMatchObject([
      { count: 2, severity: 'critical', isDigest: false, facts: { city: 'Oslo', score: undefined } },
    ]);

    const login = (country: string, ts: number) =>
      database.query(`insert into ${database.schema}.user_login_events (user_id, ts, country) values ('ann', $1, $2)`, [
        new Date(ts),
        country,
      ]);
    await login('NO', clock.now() - DAY_MS);
    // The login itself.
    await login('SE', clock.now());
    const country = (code: string) => trigger('ann', 'medium', { kind: 'new-country', facts: { country: code } });
    expect(await outbox.raise([country('NO'), country('SE')])).toMatchObject({ triggered: 1, emitted: 1, repeated: 1 });
    expect((await alerts()).filter(({ kind }) => kind === 'new-country')).toMatchObject([{ facts: { country: 'SE' } }]);
  });

  it('raises nothing where the transaction of its caller is undone', async () => {
    const outbox = outboxOf();
    const undone = database.transaction(async (session) => {
      await session.query(`select ${database.schema}.raise_alerts($1::json, $2::timestamptz)`, [
        outbox.encode([trigger('ann')]),
        new Date(clock.now()),
      ]);
      throw new TypeError('No.');
    });
    await expect(undone).rejects.toThrow(TypeError);
    await database.query(`select ${database.schema}.raise_alerts('[]', now())`);
    expect(await deliveries.tally()).toMatchObject({ triggered: 0, oldestPendingAt: undefined });
  });

  it('gives an alert to one taker, and again where nobody has settled it 20 s later', async () => {
    await outboxOf().raise([trigger('ann'), trigger('ben'), trigger('cem')]);

    const taken = await Promise.all([deliveries.take(2), deliveries.take(2)]);
    expect(new Set(taken.flat().map(({ id }) => id)).size).toBe(3);
    expect(taken.flat()).toHaveLength(3);
    expect(taken.flat().every(({ delayMs, triesLeft }) => delayMs === 0 && triesLeft > 20)).toBe(true);
    expect(taken.flat().every(({ id }) => /^[a-z][a-z0-9]{23}$/.test(id))).toBe(true);
    clock.advance(19_999);
    expect(await deliveries.take(9)).toEqual([]);
    const begun = taken.flat()[0]?.id ?? '';
    expect(await deliveries.begin(begun)).toMatchObject({ id: begun, state: 'queued', attempts: 0 });
    clock.advance(1);
    expect(await deliveries.take(9)).toHaveLength(2);
    clock.advance(19_999);
    expect(await deliveries.take(9)).toMatchObject([{ id: begun }]);
  });

  it('counts a delivery once and a failed try once, however often they are told', async () => {
    await outboxOf().raise([trigger('ann', 'high', { count: 5 })]);
    const first = await beginAny();
    const outcome = { ...failed, retryAfterMs: 90_000, isKeySpent: true };
    expect(await deliveries.settle(first, outcome)).toBe(99_000);
    clock.advance(9000);
    expect(await deliveries.settle(first, outcome)).toBe(90_000);
    expect(await deliveries.find(first.id)).toMatchObject({
      attempts: 1,
      keyGeneration: 1,
      state: 'queued',
      lastFailure: 'It is down.',
      nextAttemptAt: clock.now() + 90_000,
    });
    expect(await deliveries.take(1)).toEqual([]);
    clock.advance(110_000);

    const second = await beginAny();
    const delivered = { status: 'delivered' } as const;
    await Promise.all([deliveries.settle(second, delivered), deliveries.settle(second, delivered)]);
    expect(await deliveries.settle(second, failed)).toBeUndefined();
    expect(await deliveries.begin(second.id)).toBeUndefined();
    expect(await deliveries.find(second.id)).toMatchObject({
      state: 'delivered',
      attempts: 2,
      deliveredAt: clock.now(),
    });
    expect(await deliveries.tally()).toMatchObject({ delivered: 5, queued: 0, alerts: { delivered: 1, queued: 0 } });
  });

  it('tries for 24 hours, then keeps what is dead until somebody replays it', async () => {
    await outboxOf().raise([trigger('ann', 'high', { count: 3 })]);
    const began = clock.now();
    const id = (await alerts())[0]?.id ?? '';
    let tries = 0;
    for (let delayMs: number | undefined = 0; delayMs !== undefined; tries += 1) {
      clock.advance(delayMs);
      const alert = await deliveries.begin(id);
      if (alert === undefined) throw new TypeError('It has ended.');
      delayMs = await deliveries.settle(alert, failed);
    }
    expect(clock.now() - began).toBe(GIVE_UP_MS);
    expect(tries).toBeGreaterThan(25);
    expect(await deliveries.tally()).toMatchObject({ dead: 3, queued: 0, alerts: { dead: 1 } });
    expect(await deliveries.take(1)).toEqual([]);

    expect((await deliveries.list({ state: 'dead', limit: 5 })).alerts).toMatchObject([{ id }]);
    expect(await Promise.all([deliveries.replay(id), deliveries.replay(id)])).toEqual(
      expect.arrayContaining([true, false]),
    );
    expect(await deliveries.tally()).toMatchObject({ dead: 0, pending: 3 });
    const refused = { status: 'refused', reason: 'The key is wrong.', isMisconfigured: true } as const;
    const again = await beginAny();
    expect(again).toMatchObject({ attempts: 0, keyGeneration: 1 });
    expect(await deliveries.settle(again, refused)).toBeUndefined();
    expect(await deliveries.settle(again, refused)).toBeUndefined();
    expect(await deliveries.tally()).toMatchObject({ dead: 3, pending: 0 });
    expect(await deliveries.replayDead()).toBe(1);
    await deliveries.settle(await beginAny(), { status: 'delivered' });
    expect(await deliveries.tally()).toMatchObject({ triggered: 3, dead: 0, delivered: 3 });
  });

  it('lists alerts in pages, of one user too, and forgets that user', async () => {
    const outbox = outboxOf({ windowMs: 0 });
    for (const user of ['ann', 'ben', 'ann', 'ann']) {
      await outbox.raise([trigger(user)]);
      clock.advance(1);
    }
    const first = await deliveries.list({ user: 'ann', limit: 2 });
    const second = await deliveries.list({ user: 'ann', limit: 2, before: first.next });
    const seen = [...first.alerts, ...second.alerts];
    expect(seen.map(({ createdAt }) => clock.now() - createdAt)).toEqual([1, 2, 4]);
    expect(second.next).toBeUndefined();
    expect(await deliveries.forgetUser('ann')).toBe(3);
    expect(await deliveries.list({ user: 'ann', limit: 9 })).toEqual({ alerts: [], next: undefined });
    expect((await alerts()).map(({ facts }) => [facts.user, facts.ip])).toContainEqual([undefined, undefined]);
  });

  it('deletes what has ended long ago, forgets addresses before, and changes no total', async () => {
    const outbox = outboxOf();
    await outbox.raise([trigger('ann'), trigger('ben', 'high', { dedupeId: 'x' })]);
    await deliveries.settle(await beginAny(), { status: 'delivered' });
    const before = await deliveries.tally();
    clock.advance(30 * DAY_MS);
    expect(await deliveries.clearOld()).toBe(0);
    expect((await alerts()).map(({ facts }) => facts.ip)).toEqual([undefined, undefined]);
    clock.advance(61 * DAY_MS);
    expect(await deliveries.clearOld()).toBe(1);
    expect(await alerts()).toMatchObject([{ count: 1, state: 'pending' }]);
    expect(await deliveries.tally()).toEqual(before);
    // Long forgotten.
    expect(await outbox.raise([trigger('ben', 'high', { dedupeId: 'x' })])).toMatchObject({ triggered: 1 });
  });

  it('loses and doubles no event in a storm of many writers, at no moment, and keeps to the cap', async () => {
    const { triggered, tallies } = await new AlertStorm(database, clock, 12).run();

    const tally = await deliveries.tally();
    for (const { delivered, pending, queued, dead, suppressed, open, ...each } of [...tallies, tally]) {
      expect(delivered + pending + queued + dead + suppressed + open).toBe(each.triggered);
    }
    const { delivered, pending, queued, dead, suppressed, open } = tally;
    expect(tally.triggered).toBe(triggered);
    expect(Math.min(delivered, dead, suppressed, open, pending + queued)).toBeGreaterThan(0);
    const made = await alerts();
    const told = made.reduce((sum, { count }) => sum + count, 0);
    expect(told + suppressed + open).toBe(triggered);
    expect(made.filter(({ audience }) => audience === 'team').length).toBeLessThanOrEqual(12);
    expect(
      made.filter(({ audience, severity }) => audience === 'team' && severity === 'critical').length,
    ).toBeGreaterThan(3);
  });
});
