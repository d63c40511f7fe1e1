import { DecisionLog, type DecisionLogOptions } from '../src/modules/decisions/decision-log.js';
import { DecisionReader } from '../src/modules/decisions/reading/decision-reader.js';
import type { LoggedDecision } from '../src/modules/decisions/reading/logged-decision.js';
import { rescore } from '../src/modules/decisions/rescoring/rescore.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { assessed, decisionEvent, QUIET_POLICY } from './support/decision-events.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import { withQuery } from './support/with-query.js';

const MINUTE_MS = 60_000;
const CLOSES_IN_MS = 20_000;

const isWrite = (text: string): boolean => text.includes('write_decisions');

describe.each(DATABASES)('the decision log beside losses of the $name database', ({ create }) => {
  let database: Database;
  let clock: FakeClock;

  beforeAll(async () => {
    database = await create();
  });
  afterAll(() => dispose(database));
  beforeEach(async () => {
    const now = Date.now();
    clock = new FakeClock(now - (now % MINUTE_MS));
    await database.query(`delete from ${database.schema}.decisions`);
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
  const list = async (): Promise<readonly LoggedDecision[]> => {
    const reader = new DecisionReader({ database, clock, hashKey: undefined, retentionDays: 90 });
    const [since, until] = [clock.now() - MINUTE_MS, clock.now() + MINUTE_MS];
    return (await reader.list({ limit: 100, since, until })).decisions;
  };
  const counted = (rows: readonly LoggedDecision[]): number => rows.reduce((sum, { count }) => sum + count, 0);

  it('goes on in a database that has lost the last commits, with all that its rows name', async () => {
    const log = logOf();
    const policy = { ...QUIET_POLICY, name: `lost` };
    const event = (route: string) =>
      decisionEvent({ assessment: assessed('81.10.9.9', { isBot: true }, 'SE'), policy, route });
    const flush = async (route: string): Promise<void> => {
      log.record(event(route));
      clock.advance(250);
      await eventually(() => {
        expect(log.report().waiting).toBe(0);
      });
    };
    await flush('Before.one');
    await flush('Before.two');
    for (const table of ['decisions', 'decision_signals', 'decision_policies', 'decision_writers']) {
      await database.query(`delete from ${database.schema}.${table}`);
    }
    await flush('After.one');
    await log.close(CLOSES_IN_MS);

    const rows = await list();
    expect(rows.map(({ route, signals }) => [route, signals?.country])).toEqual([['After.one', 'SE']]);
    expect(rows.map(rescore)).toMatchObject([{ score: 20 }]);
    expect(log.report()).toMatchObject({ failures: 0, lost: 0 });
  });

  it('keeps what the database refuses from holding up all else, and what is late from being counted', async () => {
    const lines: string[] = [];
    const sent: unknown[][] = [];
    const { schema } = database;
    const recording = withQuery(database, (text, values) => {
      if (isWrite(text)) sent.push([text, ...(values ?? [])]);
      return database.query<never>(text, values);
    });
    const log = logOf({ database: recording, warn: (line) => lines.push(line) });
    await database.query(`alter table ${schema}.decisions add constraint none_of_mallory check (subject <> 'mallory')`);
    try {
      for (const subject of ['ann', 'ben', 'mallory', 'cid']) log.record(decisionEvent({ context: { subject } }));
      await log.close(CLOSES_IN_MS);
    } finally {
      await database.query(`alter table ${schema}.decisions drop constraint none_of_mallory`);
    }

    expect((await list()).map(({ subject }) => subject).sort()).toEqual(['ann', 'ben', 'cid', undefined]);
    expect(lines).toHaveLength(1);
    const [text, ...values] = sent[0] ?? [];
    await expect(database.query(String(text), values as never)).rejects.toThrow('SQLSTATE 55000');
    expect(counted(await list())).toBe(4);
  });
});
