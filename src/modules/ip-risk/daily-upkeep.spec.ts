import type { FactoryProvider } from '@nestjs/common';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { NO_DATABASE } from '../storage/no-database.js';
import { dailyUpkeep, type DailyUpkeep } from './daily-upkeep.js';

const HOUR_MS = 3_600_000;

function setUp(clockIsOffByMs: number) {
  const clock = new FakeClock(100 * HOUR_MS);
  const cleared: string[] = [];
  const database = {
    ...NO_DATABASE,
    query: () => Promise.resolve({ rows: [{ now: clock.now() + clockIsOffByMs }], rowCount: 1 }),
  };
  const clearing = (name: string) => ({ clearOld: () => Promise.resolve(cleared.push(name)) });
  const none = { run: () => Promise.resolve() };
  const { useFactory } = dailyUpkeep as FactoryProvider<readonly DailyUpkeep[]>;
  const all = useFactory(database, clock, none, clearing('alerts'), clearing('reports'), none, none) as DailyUpkeep[];
  return { cleared, work: all.filter(({ failure }) => /^(Alerts|Reports)/.test(failure)) };
}

describe('dailyUpkeep', () => {
  it('clears alerts and reports up where the clocks agree', async () => {
    const { cleared, work } = setUp(-HOUR_MS / 2);
    for (const { run } of work) await run();
    expect(cleared).toEqual(['alerts', 'reports']);
  });

  it.each([2 * HOUR_MS, -2 * HOUR_MS, Number.NaN])('deletes nothing with a clock that is %d ms off', async (off) => {
    const { cleared, work } = setUp(off);
    for (const { run } of work) await expect(run()).rejects.toThrow(/more than an hour apart; set the one/);
    expect([work.length, cleared]).toEqual([2, []]);
  });
});
