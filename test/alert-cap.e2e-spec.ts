import type { Alert, AlertSeverity, AlertTrigger } from '../src/modules/alerting/alert.js';
import type { AlertSettings } from '../src/modules/alerting/alert-settings.js';
import { AlertDeliveries } from '../src/modules/alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from '../src/modules/alerting/outbox/alert-outbox.js';
import type { Database, DatabaseSession } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';
import { ALERT_SETTINGS, triggerOf, type TriggerParts } from './support/made-triggers.js';

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];

describe.each(DATABASES)('the cap of alerts in the $name database', ({ create }) => {
  let database: Database;
  let clock: FakeClock;
  let deliveries: AlertDeliveries;

  beforeAll(async () => {
    database = await create();
  });
  beforeEach(async () => {
    clock = new FakeClock();
    deliveries = new AlertDeliveries({ database, clock });
    const tables = ['alerts', 'alert_groups', 'alert_recipients', 'alert_dedupe', 'alert_tallies'];
    await database.query(tables.map((table) => `delete from ${database.schema}.${table}`).join(';'));
  });
  afterAll(() => dispose(database));

  const outboxOf = (settings: Partial<AlertSettings> = {}): AlertOutbox =>
    new AlertOutbox({ database, clock, settings: { ...ALERT_SETTINGS, ...settings } });
  const trigger = (user: string, severity?: AlertSeverity, parts?: TriggerParts): AlertTrigger =>
    triggerOf(clock.now(), user, severity, parts);
  const alerts = async (): Promise<readonly Alert[]> => (await deliveries.list({ limit: 1000 })).alerts.toReversed();

  it('stops at the cap of a recipient, keeps a third of it for what is critical, and says later what it kept back', async () => {
    const outbox = outboxOf({ capPerHour: 6 });
    const mild = Array.from({ length: 10 }, (_, index) => trigger(`user-${index}`, 'high', { count: 2 }));

    expect(await outbox.raise(mild)).toEqual({ triggered: 20, emitted: 4, suppressed: 12, repeated: 0 });
    clock.advance(MINUTE_MS);
    const critical = Array.from({ length: 5 }, (_, index) => trigger(`other-${index}`, 'critical'));
    expect(await outbox.raise(critical)).toMatchObject({ emitted: 2, suppressed: 3 });
    // Of another recipient.
    const asked = trigger('user-1', 'high', { audience: 'user', kind: 'new-country' });
    expect(await outbox.raise([asked])).toMatchObject({ emitted: 1 });
    clock.advance(HOUR_MS - MINUTE_MS - 1);
    expect(await outbox.raise([trigger('late')])).toMatchObject({ suppressed: 1 });
    clock.advance(1);
    expect(await outbox.raise([trigger('later')])).toMatchObject({ emitted: 1 });

    expect((await alerts()).filter(({ audience }) => audience === 'team').map(({ suppressed }) => suppressed)).toEqual(
      expect.arrayContaining([0, 0, 0, 0, 12, 0, 4]),
    );
    expect(await deliveries.tally()).toMatchObject({ triggered: 28, suppressed: 16, pending: 12, open: 0 });
  });

  it('says what it kept back once there is room again where nothing else does, once an hour, and counts nothing twice', async () => {
    const outbox = outboxOf({ capPerHour: 3 });
    const storm = (parts?: TriggerParts) =>
      outbox.raise([1, 2, 3, 4].map((user) => trigger(`user-${clock.now()}-${user}`, 'high', { count: 5, ...parts })));
    await storm();
    const asked = { audience: 'user', facts: { user: 'ann', eventId: 'e1' } } as const;
    for (const kind of ['new-country', 'impossible-travel', 'risk'] as const) await storm({ ...asked, kind });
    // Of the team, and of one user.
    expect(await deliveries.tally()).toMatchObject({ triggered: 80, suppressed: 30, open: 0 });
    expect(await deliveries.closeWindows()).toBe(0);
    clock.advance(HOUR_MS - 1);
    expect(await deliveries.closeWindows()).toBe(0);
    clock.advance(1);
    expect((await Promise.all([deliveries.closeWindows(), deliveries.closeWindows()])).sort()).toEqual([0, 2]);
    expect((await alerts()).filter(({ count }) => count === 0)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ audience: 'team', kind: 'risk', severity: 'high', suppressed: 10, isDigest: true }),
        expect.objectContaining({ audience: 'user', suppressed: 20 }),
      ]),
    );
    const notices = (await alerts()).filter(({ count }) => count === 0);
    expect(notices.map(({ facts }) => [facts.user, facts.eventId])).toEqual(
      expect.arrayContaining([
        [undefined, undefined],
        ['ann', 'e1'],
      ]),
    );

    await storm();
    clock.advance(HOUR_MS - 1);
    expect(await deliveries.closeWindows()).toBe(0);
    clock.advance(1);
    expect([await deliveries.closeWindows(), await deliveries.closeWindows()]).toEqual([1, 0]);
    for (const { id } of await deliveries.take(100)) {
      const alert = await deliveries.begin(id);
      if (alert !== undefined) await deliveries.settle(alert, { status: 'delivered' });
    }
    const { delivered, suppressed, open, triggered } = await deliveries.tally();
    expect([delivered + suppressed + open, triggered]).toEqual([100, 100]);
  });

  it('keeps to the cap where many raise at once', async () => {
    const outbox = outboxOf({ capPerHour: 5 });
    await outbox.raise([trigger('ann', 'critical')]);
    const users = Array.from({ length: 12 }, (_, index) => `user-${index}`);
    const reports = await Promise.all(users.map((user) => outbox.raise([trigger(user, 'critical', { count: 3 })])));
    expect(reports.reduce((sum, { emitted }) => sum + emitted, 0)).toBe(4);
    expect(await deliveries.tally()).toMatchObject({ pending: 13, suppressed: 24, alerts: { pending: 5 } });
  });

  it('of one sort of alert keeps nothing of another from the team', async () => {
    const outbox = outboxOf({ capPerHour: 3 });
    await outbox.raise(Array.from({ length: 9 }, (_, index) => trigger(`user-${index}`, 'critical')));
    for (const kind of ['impossible-travel', 'account-reported', 'provider-outage'] as const) {
      expect(await outbox.raise([trigger('ann', 'high', { kind })])).toMatchObject({ emitted: 1, suppressed: 0 });
    }
  });

  it('is left by a user who is forgotten, also where a deadlock ends the first try', async () => {
    const outbox = outboxOf();
    await outbox.raise([trigger('ann')]);
    await outbox.raise([trigger('ann')]);
    let tries = 0;
    const deadlocked = Object.assign(Object.create(database) as Database, {
      transaction: <T>(work: (session: DatabaseSession) => Promise<T>): Promise<T> =>
        database.transaction(async (session) => {
          const done = await work(session);
          tries += 1;
          if (tries === 1) await session.query(`do $$ begin raise exception 'Late.' using errcode = '40P01'; end $$`);
          return done;
        }),
    });
    expect(await new AlertDeliveries({ database: deadlocked, clock }).forgetUser('ann')).toBe(1);
    const { rows } = await database.query(`select open_facts -> 'user' as user from ${database.schema}.alert_groups`);
    expect([tries, rows]).toEqual([2, [{ user: null }]]);
  });
});
