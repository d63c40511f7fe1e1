import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import type { AlertSettings } from '../src/modules/alerting/alert-settings.js';
import { AlertOutbox } from '../src/modules/alerting/outbox/alert-outbox.js';
import { TravelAlerts } from '../src/modules/alerting/travel/travel-alerts.js';
import { GeoVelocityService } from '../src/modules/geo-velocity/geo-velocity.service.js';
import { RetentionSteps } from '../src/modules/geo-velocity/privacy/retention-steps.js';
import type { LoginPlace } from '../src/modules/geo-velocity/travel/travel-point.js';
import { decide } from '../src/modules/policy/decide.js';
import { digested } from '../src/modules/policy/policy-digest.js';
import { readPolicyFile } from '../src/modules/policy/policy-file.js';
import type { Database } from '../src/modules/storage/database.js';
import { Upkeep } from '../src/modules/storage/upkeep.js';
import { scored } from './support/assessments.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';
import { insertLogins } from './support/login-rows.js';
import { BERLIN, POTSDAM, TOKYO } from './support/made-logins.js';

const HOUR_MS = 3_600_000;
const SETTINGS: AlertSettings = {
  windowMs: 300_000,
  capPerHour: 60,
  groupBy: ['user'],
  asksUsers: true,
  retentionDays: 90,
  addressDays: 30,
};

const address = (text: string): IpAddress => {
  const parsed = parseIpAddress(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
};

describe.each(DATABASES)('alerts of impossible travel in the $name database', ({ create }) => {
  let database: Database;
  let clock: FakeClock;
  let watched: GeoVelocityService;
  let outbox: AlertOutbox;
  let alerts: TravelAlerts;
  let lines: string[];
  let users = 0;

  const someone = (): string => `user-${(users += 1)}`;
  const service = (options: Partial<ConstructorParameters<typeof GeoVelocityService>[0]> = {}): GeoVelocityService =>
    new GeoVelocityService({ database, clock, placeOf: () => BERLIN, isWatched: true, ...options });
  const alertsOver = (over: Database): TravelAlerts =>
    new TravelAlerts({ database: over, clock, outbox, geoVelocity: watched, warn: (line) => lines.push(line) });
  /** An address of its own for each login. */
  const record = (userId: string, place: LoginPlace, hoursAgo: number, by = watched) => {
    const ip = address(`81.${(users += 1) % 200}.0.1`);
    return by.record({ userId, address: ip, place, ts: clock.now() - hoursAgo * HOUR_MS });
  };
  const marks = async (userId: string): Promise<string[]> => {
    const text = `select event_id from ${database.schema}.login_checks where user_id = $1 order by 1`;
    return (await database.query<{ readonly event_id: string }>(text, [userId])).rows.map(({ event_id }) => event_id);
  };
  const raised = async (userId: string) => {
    const text = `select audience, facts from ${database.schema}.alerts where user_id = $1 order by audience`;
    const { rows } = await database.query<{ readonly audience: string; readonly facts: Record<string, unknown> }>(
      text,
      [userId],
    );
    return rows;
  };
  /** A login in Tokyo an hour after one in Berlin. */
  const leap = async (userId: string, by = watched) => {
    await record(userId, BERLIN, 1, by);
    return record(userId, TOKYO, 0, by);
  };

  beforeAll(async () => {
    database = await create();
  });
  afterAll(() => dispose(database));
  beforeEach(async () => {
    await database.query(`delete from ${database.schema}.login_checks`);
    clock = new FakeClock(Date.now());
    lines = [];
    outbox = new AlertOutbox({ database, clock, settings: SETTINGS });
    watched = service();
    alerts = alertsOver(database);
  });

  it('begin with a mark where a login lies elsewhere than a neighbour, and with none at the same place', async () => {
    const userId = someone();
    const first = await record(userId, BERLIN, 9);
    const same = await record(userId, { ...BERLIN, latitude: 52.525 }, 8);
    const unlocated = await record(userId, { ...TOKYO, latitude: undefined, longitude: undefined }, 7);
    const tunnel = await record(userId, { ...TOKYO, network: 'vpn' }, 6);
    expect([first, same, unlocated, tunnel].map(({ isOwed }) => isOwed)).toEqual([false, false, false, false]);
    expect(await marks(userId)).toEqual([]);

    const near = await record(userId, POTSDAM, 5);
    const before = await record(userId, TOKYO, 10);
    const owed = [near, before].map(({ login }) => login.eventId).sort();
    expect([near, before].map(({ isOwed, client }) => [isOwed, typeof client?.network])).toEqual([
      [true, 'string'],
      [true, 'string'],
    ]);
    expect(await marks(userId)).toEqual(owed);
  });

  it('are never owed where logins are not watched, nor for a login that was recorded before', async () => {
    const [userId, other] = [someone(), someone()];
    const unwatched = service({ isWatched: false });
    const plain = await leap(userId, unwatched);
    expect([plain.isOwed, plain.client, plain.found.length]).toEqual([false, undefined, 1]);
    expect(await marks(userId)).toEqual([]);

    const event = { userId: other, place: TOKYO, eventId: 'given', address: address('81.250.0.1') };
    await record(other, BERLIN, 1);
    const [once, again] = [await watched.record(event), await watched.record(event)];
    expect([once.isOwed, again.isOwed, again.isDuplicate]).toEqual([true, false, true]);
    expect(await marks(other)).toEqual(['given']);
  });

  it('go to the team and the user at once, with the address and the name by which its network is trusted', async () => {
    const userId = someone();
    const settled: Promise<void>[] = [];
    let place = BERLIN;
    const onRecorded: ConstructorParameters<typeof GeoVelocityService>[0]['onRecorded'] = (user, report) => {
      if (report.isOwed) settled.push(alerts.settle(user, report));
      throw new Error('nobody hears of it');
    };
    const recording = service({ placeOf: () => place, onRecorded });
    await recording.recordLogin(userId, '81.10.0.1', clock.now() - HOUR_MS);
    place = TOKYO;
    const report = await recording.recordLogin(userId, '81.11.0.1');
    await Promise.all(settled);

    expect([settled.length, await marks(userId)]).toEqual([1, []]);
    expect(outbox.report()).toEqual({ triggered: 2, emitted: 2, suppressed: 0, repeated: 0 });
    expect(await raised(userId)).toMatchObject([
      { audience: 'team', facts: { ip: '81.11.0.1', country: 'JP', user: userId } },
      { audience: 'user', facts: { ip: '81.11.0.1', trustNetwork: report.client?.network } },
    ]);
  });

  it('go to the user alone where the decision on a check of the login told the team', async () => {
    const userId = someone();
    const report = await leap(userId);
    const { verdict, relief, isHeld } = report;
    const policy = readPolicyFile().defaultPolicy;
    const checked = { subject: userId, travel: { verdict, relief, isHeld } };
    const decision = decide(scored({}, 'JP'), digested(policy), checked);

    await alerts.settle(userId, report, { decision, policy, isOnRecord: true });
    expect([await marks(userId), await raised(userId)]).toMatchObject([
      [],
      [{ audience: 'user', facts: { eventId: report.login.eventId } }],
    ]);
  });

  it('are raised once by a sweep after a crash, and once where both ways come to it', async () => {
    const [crashed, raced] = [someone(), someone()];
    await leap(crashed);
    const report = await leap(raced);
    clock.advance(29_000);
    expect(await alerts.sweep()).toBe(0);

    clock.advance(2000);
    await Promise.all([alerts.sweep(), alertsOver(database).sweep(), alerts.settle(raced, report)]);
    await alerts.settle(raced, report);

    expect(await Promise.all([crashed, raced].map(raised))).toMatchObject(
      [crashed, raced].map(() => [{ audience: 'team' }, { audience: 'user' }]),
    );
    expect([await marks(crashed), await marks(raced), outbox.report().triggered, lines]).toEqual([[], [], 4, []]);
  });

  it('leave the mark to the sweep where raising fails, and say so once without a name', async () => {
    const userId = someone();
    const report = await leap(userId);
    const broken = alertsOver({ ...database, schema: 'no_such_schema', query: (...asked) => database.query(...asked) });

    await broken.settle(userId, report);
    await broken.settle(userId, report);

    expect(lines).toHaveLength(1);
    expect(lines.join('')).not.toContain(userId);
    expect(await marks(userId)).toEqual([report.login.eventId]);
    clock.advance(31_000);
    expect(await alerts.sweep()).toBe(1);
    expect(await raised(userId)).toHaveLength(2);
  });

  it('are none for users who are erased, and marks of logins that are gone go too', async () => {
    const [userId, gone, old] = [someone(), someone(), someone()];
    const report = await leap(userId);
    expect(await watched.erase(userId)).toMatchObject({ logins: 2 });
    await alerts.settle(userId, report);
    expect([await marks(userId), await raised(userId)]).toEqual([[], []]);

    const { login } = await leap(gone);
    await database.query(`delete from ${database.schema}.user_login_events where event_id = $1`, [login.eventId]);
    clock.advance(31_000);
    expect(await alerts.sweep()).toBe(1);
    expect([await marks(gone), await raised(gone)]).toEqual([[], []]);

    await leap(old);
    await database.query(`update ${database.schema}.login_checks set marked_at = now() - interval '3 days'`);
    const limits = { now: clock.now(), loginsBefore: 0, addressesBefore: 0 };
    expect(await new RetentionSteps(database, new Upkeep(database, 'test')).deleteChecks(limits)).toBe(1);
  });

  it('are not looked for beyond the fifty neighbours of each side, and found among them', async () => {
    const userId = someone();
    const at = (hoursAgo: number): number => clock.now() - hoursAgo * HOUR_MS;
    await insertLogins(
      database,
      Array.from({ length: 120 }, (_, index) => ({ user: userId, at: at(12 - index / 10) })),
    );
    expect((await record(userId, BERLIN, 6)).isOwed).toBe(false);
    expect((await record(userId, TOKYO, 12.5)).isOwed).toBe(true);
    // Of the logins within the horizon it is the first, and far from the fifty next ones.
    expect((await record(userId, BERLIN, 1)).isOwed).toBe(false);
    expect((await record(userId, BERLIN, 12.4)).isOwed).toBe(true);
  });
});
