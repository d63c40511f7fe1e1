import { FleetTravel } from '../src/modules/geo-velocity/fleet/fleet-travel.js';
import { UserAnomalies } from '../src/modules/geo-velocity/anomalies/user-anomalies.js';
import { UserJourneys } from '../src/modules/geo-velocity/journey/user-journeys.js';
import type { Database, DatabaseSession, SqlValue } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';

const DAY = 86_400_000;
/** In the middle of a week and of a month. */
const THURSDAY = Date.UTC(2026, 10, 12);

describe.each(DATABASES)('plans of the analytics on $name', (databases) => {
  let database: Database;

  beforeAll(async () => {
    database = await databases.create();
    await database.query(`select ${database.schema}.ensure_partitions($1::timestamptz, $2::timestamptz)`, [
      new Date(THURSDAY - 70 * DAY).toISOString(),
      new Date(THURSDAY + 70 * DAY).toISOString(),
    ]);
  }, 60_000);

  afterAll(() => dispose(database));

  /** The plans of what `ask` reads from the logins, as text. */
  const plansOf = async (ask: (database: Database) => Promise<unknown>): Promise<string> => {
    const plans: string[] = [];
    const explained = (session: DatabaseSession): DatabaseSession => ({
      query: async <Row>(text: string, values?: readonly SqlValue[]) => {
        if (text.includes('user_login_events')) {
          const { rows } = await session.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
          plans.push(...rows.map((row) => row['QUERY PLAN']));
        }
        return session.query<Row>(text, values);
      },
    });
    await database.transaction(async (session) => {
      // An empty table is always read as a whole otherwise.
      await session.query('set local enable_seqscan = off');
      const own = explained(session);
      await ask({
        ...own,
        schema: database.schema,
        transaction: <T>(work: (inner: DatabaseSession) => Promise<T>) => work(own),
      } as Database);
    });
    return plans.join('\n');
  };

  const partitionsIn = (plan: string): string[] => [...new Set(plan.match(/user_login_events_\d{6,}/g))].sort();

  /** The partitions that hold anything of a span of time. */
  const partitionsOf = async (since: number, until: number): Promise<string[]> => {
    const { rows } = await database.query<{ name: string; bounds: string }>(
      `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bounds from pg_inherits i
       join pg_class c on c.oid = i.inhrelid
       where i.inhparent = '${database.schema}.user_login_events'::regclass and c.relname !~ 'default' order by 1`,
    );
    const held = rows.filter(({ bounds }) => {
      const [from = NaN, to = NaN] = [...bounds.matchAll(/'([^']+)\+00'/g)].map(([, at]) => Date.parse(`${at ?? ''}Z`));
      return from < until && to > since;
    });
    expect(held.length).toBeLessThan(rows.length);
    return held.map(({ name }) => name);
  };

  it.each([
    ['impossible travel', (fleet: FleetTravel, window) => fleet.impossibleTravel(window)],
    ['straight impossible travel', (fleet, window) => fleet.impossibleTravel({ ...window, rule: 'straight' })],
    ['hosting logins', (fleet, window) => fleet.hostingLogins(window)],
    ['travellers', (fleet, window) => fleet.travellers(window)],
  ] satisfies [string, (fleet: FleetTravel, window: { since: number; until: number }) => Promise<unknown>][])(
    'read the partitions of the window alone for %s',
    async (_, ask) => {
      const window = { since: THURSDAY, until: THURSDAY + DAY };
      const plan = await plansOf((own) => ask(new FleetTravel({ database: own }), window));
      expect(partitionsIn(plan)).toEqual(await partitionsOf(THURSDAY - DAY, THURSDAY + DAY));
      expect(plan).not.toContain('user_login_events_default');
    },
  );

  it('read the partitions of a journey through the index of users', async () => {
    const clock = new FakeClock(THURSDAY);
    const plan = await plansOf((own) => new UserJourneys({ database: own, clock }).of('ann', 9));
    expect(partitionsIn(plan)).toEqual(await partitionsOf(THURSDAY - 9 * DAY, Infinity));
    expect(plan).toMatch(/user_id = 'ann'::text\) AND \(ts >=/);
    expect(plan).not.toContain('Seq Scan');
  });

  it("read a user's anomalies through the index of users", async () => {
    const plan = await plansOf((own) => new UserAnomalies({ database: own }).of('ann'));
    expect(plan).toMatch(/Index Cond: \(user_id = 'ann'::text\)/);
    expect(plan).not.toContain('Seq Scan');
  });
});
