import { GeoVelocityService } from '../src/modules/geo-velocity/geo-velocity.service.js';
import { LoginRetention } from '../src/modules/geo-velocity/privacy/login-retention.js';
import { TravelTrust } from '../src/modules/geo-velocity/trust/travel-trust.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';
import { BERLIN } from './support/made-logins.js';

jest.setTimeout(60_000);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe.each(DATABASES)('retention in the $name database', ({ name, create }) => {
  let database: Database;
  let clock: FakeClock;

  beforeEach(async () => {
    database = await create();
    clock = new FakeClock(Date.now());
  });
  afterEach(() => dispose(database));

  /** As if written long ago: no service takes such a time. */
  const insert = (eventId: string, daysAgo: number) =>
    database.query(
      `insert into ${database.schema}.user_login_events (user_id, event_id, ts, ip) values ('u', $1, $2, '81.10.0.1')`,
      [eventId, new Date(clock.now() - daysAgo * DAY_MS)],
    );
  const column = async <T>(text: string): Promise<T[]> =>
    (await database.query<{ readonly value: T }>(text.replaceAll('$schema', database.schema))).rows.map(
      ({ value }) => value,
    );
  const events = () => column<string>('select event_id as value from $schema.user_login_events order by ts desc');
  const retention = (options: Partial<ConstructorParameters<typeof LoginRetention>[0]> = {}): LoginRetention =>
    new LoginRetention({ database, clock, ...options });

  it('keeps logins for their days, and plain addresses for theirs', async () => {
    const ages = [0, 29, 31, 89, 91, 130, 400];
    for (const age of ages) await insert(`day-${age}`, age);

    const report = await retention().run();

    expect(report).toMatchObject({ status: 'done', addressesForgotten: 2 });
    expect(await events()).toEqual(['day-0', 'day-29', 'day-31', 'day-89']);
    expect(await column('select ip is null as value from $schema.user_login_events order by ts desc')).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(await retention().run()).toMatchObject({ partitionsMade: 0, loginsDeleted: 0, addressesForgotten: 0 });
  });

  it('moves logins into the partitions that it makes, and drops those that are past', async () => {
    await insert('old', 80);
    expect(await column('select event_id as value from $schema.user_login_events_default')).toEqual(['old']);

    const first = await retention().run();
    expect(first.partitionsMade).toBeGreaterThan(1);
    expect(await column('select event_id as value from $schema.user_login_events_default')).toEqual([]);
    expect(await events()).toEqual(['old']);

    const second = await retention({ retentionDays: 1 }).run();
    expect(second.partitionsDropped).toBeGreaterThan(1);
    expect(await events()).toEqual([]);
    await insert('old again', 80);
    expect(await events()).toEqual(['old again']);
  });

  it('makes each partition once when many processes start at once', async () => {
    await insert('old', 80);
    const ensure = `select ${database.schema}.ensure_partitions(now() - interval '90 days', now()) as made`;

    const answers = await Promise.all(Array.from({ length: 8 }, () => database.query<{ made: number }>(ensure)));

    expect(answers.filter(({ rows }) => (rows[0]?.made ?? 0) > 0)).toHaveLength(1);
    expect(await events()).toEqual(['old']);
  });

  it('takes logins of any accepted time before it ever ran, and while it runs', async () => {
    const service = new GeoVelocityService({ database, clock, placeOf: () => BERLIN });
    const times = Array.from({ length: 60 }, (_, index) => clock.now() - index * 1.4 * DAY_MS);

    const [report] = await Promise.all([
      retention().run(),
      ...times.map((ts) => service.recordLogin('u', '81.10.0.1', ts)),
    ]);

    expect(report.status).toBe('done');
    expect(await events()).toHaveLength(60);
    expect(await service.erase('u')).toMatchObject({ logins: 60 });
  });

  it.each([2 * HOUR_MS, -2 * HOUR_MS, 400 * DAY_MS])(
    'does nothing with a clock that is %d ms off, and says so',
    async (off) => {
      await insert('old', 95);
      clock = new FakeClock(Date.now() + off);
      const warnings: string[] = [];

      const report = await retention({ warn: (message) => warnings.push(message) }).run();

      expect(report).toMatchObject({ status: 'clocks-differ', partitionsMade: 0, loginsDeleted: 0 });
      expect(warnings).toHaveLength(1);
      expect(await events()).toHaveLength(1);
    },
  );

  it('deletes trust that has ended, and keeps announced travel while it explains logins', async () => {
    const past = new FakeClock(clock.now() - 40 * DAY_MS);
    const trust = new TravelTrust({ database, clock: past, trustDays: 30, placeOf: () => BERLIN });
    await trust.passedChallenge('u', '81.10.0.1');
    await trust.announce('u', { country: 'JP', until: past.now() + DAY_MS });

    expect(await retention().run()).toMatchObject({ trustDeleted: 2 });
    expect(await retention({ retentionDays: 38 }).run()).toMatchObject({ trustDeleted: 1 });
  });

  it('deletes the salts of months that are past, so that their pseudonyms say nothing any more', async () => {
    const service = new GeoVelocityService({ database, clock, retentionDays: 300, placeOf: () => BERLIN });
    await service.recordLogin('u', '81.10.0.1', clock.now() - 200 * DAY_MS);
    await service.recordLogin('u', '81.10.0.1');

    expect(await retention().run()).toMatchObject({ epochsDeleted: 1 });
    const epochs = await column<string>('select epoch as value from $schema.pseudonym_epochs');
    expect(epochs).toContain(new Date(clock.now()).toISOString().slice(0, 7));
    expect(epochs).not.toContain(new Date(clock.now() - 200 * DAY_MS).toISOString().slice(0, 7));
  });

  // The embedded database has no other process.
  (name === 'postgres' ? it : it.skip)('leaves the work to another process that is at it', async () => {
    await insert('old', 95);
    await database.transaction(async (session) => {
      await session.query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
        `${database.schema}.login retention`,
      ]);
      expect(await retention().run()).toMatchObject({ status: 'busy', loginsDeleted: 0 });
    });
    expect(await events()).toEqual(['old']);
  });
});
