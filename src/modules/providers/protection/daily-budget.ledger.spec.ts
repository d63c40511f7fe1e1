import { FakeClock } from '../../../../test/support/fake-clock.js';
import { settled, timed } from '../../../../test/support/fake-time.js';
import { ScriptedLedger } from '../../../../test/support/scripted-ledger.js';
import type { CreditLedger } from './credit-ledger.js';
import { DailyBudget } from './daily-budget.js';

const HOUR_MS = 3_600_000;

function setUp(limit: number | undefined = 100, start = '2026-01-01T12:00:00Z') {
  const clock = new FakeClock(start);
  const ledger = new ScriptedLedger();
  const process = () => new DailyBudget({ providerId: 'v', limit, clock, ledger });
  return { clock, ledger, process, day: process() };
}

const DAY = 'v 2026-01-01';

describe('DailyBudget with a ledger', () => {
  it('begins with what was spent today before the process did', async () => {
    const { ledger, day } = setUp();
    ledger.sums.set(DAY, 40);
    ledger.sums.set('v 2025-12-31', 99);
    ledger.sums.set('other 2026-01-01', 99);
    await day.load();
    expect([day.spentToday(), day.left]).toEqual([40, 60]);
  });

  it('writes down what it spends, in as few entries as come while one is on its way', async () => {
    const { ledger, day } = setUp();
    for (let lookup = 0; lookup < 50; lookup += 1) day.spend(1);
    await ledger.quiet();
    expect(ledger.sums.get(DAY)).toBe(50);
    expect(ledger.entries).toEqual([1, 49]);
  });

  it('takes refunds out of the ledger, also while an entry is on its way or the ledger is down', async () => {
    const { ledger, day } = setUp();
    day.spend(4)(4);
    await ledger.quiet();
    expect([day.spentToday(), ledger.sums.get(DAY)]).toEqual([0, 0]);
    const refund = day.spend(8);
    await ledger.quiet();
    ledger.before = () => Promise.reject(new Error('down'));
    refund(2);
    await settled();
    ledger.before = () => Promise.resolve();
    day.spend(1);
    await ledger.quiet();
    expect([day.spentToday(), ledger.sums.get(DAY)]).toEqual([7, 7]);
  });

  it('counts what other processes spend', async () => {
    const { ledger, process } = setUp();
    const [one, other] = [process(), process()];
    for (let lookup = 0; lookup < 30; lookup += 1) {
      one.spend(1);
      other.spend(1);
      await ledger.quiet();
    }
    expect(ledger.sums.get(DAY)).toBe(60);
    expect(other.spentToday()).toBe(60);
    expect(one.spentToday()).toBeGreaterThanOrEqual(59);
  });

  it('sends an entry that failed with the next one, each credit once', async () => {
    const { ledger, day } = setUp();
    ledger.before = () => Promise.reject(new Error('down'));
    for (let lookup = 0; lookup < 5; lookup += 1) {
      day.spend(2);
      await settled();
    }
    expect([day.spentToday(), ledger.sums.get(DAY)]).toEqual([10, undefined]);
    ledger.before = () => Promise.resolve();
    day.spend(1);
    await ledger.quiet();
    expect([day.spentToday(), ledger.sums.get(DAY)]).toEqual([11, 11]);
  });

  it('gives a new day nothing of an entry that was on its way at midnight', async () => {
    const { clock, ledger, day } = setUp(100, '2026-01-01T23:59:59Z');
    let release: () => void = () => undefined;
    ledger.before = () => new Promise<void>((resolve) => (release = resolve));
    day.spend(5);
    clock.advance(1000);
    day.spend(1);
    ledger.before = () => Promise.resolve();
    release();
    await ledger.quiet();
    day.spend(1);
    await ledger.quiet();
    expect(ledger.entries.every((credits) => credits > 0)).toBe(true);
    expect(Object.fromEntries(ledger.sums)).toEqual({ [DAY]: 5, 'v 2026-01-02': 2 });
    expect(day.spentToday()).toBe(2);
  });

  it('takes nothing over from a day that ended while the ledger was asked', async () => {
    const { clock, ledger, day } = setUp(100, '2026-01-01T23:59:59Z');
    ledger.sums.set(DAY, 100);
    ledger.before = () => {
      clock.advance(1000);
      return Promise.resolve();
    };
    await day.load();
    expect(day.left).toBe(100);
  });

  it('knows the day again that the clock was set back to', async () => {
    const { clock, ledger, day } = setUp(100, '2026-01-01T23:30:00Z');
    day.spend(80);
    await ledger.quiet();
    clock.advance(HOUR_MS);
    day.spend(1);
    await ledger.quiet();
    clock.advance(-HOUR_MS);
    day.spend(1);
    await ledger.quiet();
    expect(day.spentToday()).toBe(81);
  });

  it('starts and spends without a ledger that hangs, and goes back to it when it answers again', async () => {
    const { clock, ledger, day } = setUp();
    ledger.before = () => new Promise(() => undefined);
    expect((await timed(clock, day.load())).ms).toBeLessThanOrEqual(2000);
    day.spend(3);
    expect([day.left, day.allows(97), day.allows(98)]).toEqual([97, true, false]);
    clock.advance(2000);
    await settled();
    ledger.before = () => Promise.resolve();
    day.spend(1);
    await ledger.quiet();
    expect([ledger.sums.get(DAY), day.spentToday(), clock.pending]).toEqual([4, 4, 0]);
  });

  const refuses = () => Promise.reject(new Error('down'));
  const throws = () => {
    throw new Error('down');
  };
  it.each([
    ['rejects', refuses],
    ['throws', throws],
    ['answers NaN', () => Promise.resolve(NaN)],
    ['answers less than nothing', () => Promise.resolve(-500)],
    ['answers text', () => Promise.resolve('many' as unknown as number)],
    ['answers nothing', () => Promise.resolve(undefined as unknown as number)],
  ])('is stopped by no ledger that %s', async (_, answer) => {
    const ledger: CreditLedger = { spentOn: answer, add: answer };
    const day = new DailyBudget({ providerId: 'v', limit: 10, clock: new FakeClock(), ledger });
    await day.load();
    expect(day.left).toBe(10);
    day.spend(4);
    await settled();
    expect([day.left, day.allows(6), day.allows(7)]).toEqual([6, true, false]);
  });
});
