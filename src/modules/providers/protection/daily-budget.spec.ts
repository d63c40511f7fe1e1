import { FakeClock } from '../../../../test/support/fake-clock.js';
import { settled } from '../../../../test/support/fake-time.js';
import type { CreditLedger } from './credit-ledger.js';
import { DailyBudget } from './daily-budget.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function budget(
  limit: number | undefined,
  { clock = new FakeClock(), ledger = undefined as CreditLedger | undefined },
) {
  return new DailyBudget({ providerId: 'v', limit, clock, ledger });
}

describe('DailyBudget', () => {
  it('allows what is left of the day and no more', () => {
    const day = budget(10, {});
    expect([day.allows(10), day.allows(11)]).toEqual([true, false]);
    day.spend(7);
    expect([day.left, day.allows(3), day.allows(4)]).toEqual([3, true, false]);
  });

  it('allows anything without a limit, and nothing under a limit of 0', () => {
    expect([budget(undefined, {}).allows(1_000_000), budget(undefined, {}).left]).toEqual([true, undefined]);
    expect([budget(0, {}).allows(1), budget(0, {}).left]).toEqual([false, 0]);
  });

  it('is renewed at midnight in UTC, to the millisecond', () => {
    const clock = new FakeClock('2026-01-01T23:59:59.999Z');
    const day = budget(5, { clock });
    day.spend(5);
    expect(day.allows(1)).toBe(false);
    clock.advance(1);
    expect([day.allows(5), day.spentToday()]).toEqual([true, 0]);
  });

  it.each([
    [10, 5],
    [5, 3],
    [1, 1],
  ])('leaves the requests half of %d credits: bulk may spend %d', (limit, most) => {
    const day = budget(limit, {});
    expect([day.allows(most, true), day.allows(most + 1, true)]).toEqual([true, false]);
    expect(day.allows(limit)).toBe(true);
    day.spend(most);
    expect([day.allows(1, true), day.left]).toEqual([false, limit - most]);
  });

  it.each([-1, -HOUR_MS, -DAY_MS, -3650 * DAY_MS])('is not spent for ever by a clock set back by %d ms', (ms) => {
    const clock = new FakeClock('2026-06-15T00:00:00Z');
    const day = budget(5, { clock });
    day.spend(5);
    clock.advance(ms);
    clock.advance(2 * DAY_MS);
    expect(day.allows(5)).toBe(true);
  });

  it('is not spent by a clock that ran ahead for a while', () => {
    const clock = new FakeClock('2026-06-15T00:00:00Z');
    const day = budget(5, { clock });
    clock.advance(3650 * DAY_MS);
    day.spend(5);
    clock.advance(-3650 * DAY_MS);
    expect(day.allows(5)).toBe(true);
  });

  it.each<[number | undefined, number, boolean, number]>([
    [undefined, 4, true, Infinity],
    [11, 4, false, 2],
    [11, 4, true, 1],
    [0, 1, false, 0],
  ])('pays, of %p credits, for lookups of %d (bulk %p): %d', (limit, credits, isBulk, lookups) => {
    expect(budget(limit, {}).affordable(credits, isBulk)).toBe(lookups);
  });

  it('takes back what was not spent, on the day that it was booked', () => {
    const clock = new FakeClock('2026-01-01T23:59:00Z');
    const day = budget(10, { clock });
    const refund = day.spend(4);
    refund(3);
    expect([day.spentToday(), day.left]).toEqual([1, 9]);
    clock.advance(60_000);
    day.spend(2);
    refund(1);
    expect(day.spentToday()).toBe(2);
  });

  describe('with the vendor’s own word', () => {
    it('gives it back what was not spent, unless the vendor spoke since', () => {
      const day = budget(undefined, {});
      day.learn({ remaining: 20 });
      const refund = day.spend(4);
      refund(4);
      expect(day.left).toBe(20);
      const late = day.spend(4);
      day.learn({ remaining: 7 });
      late(4);
      expect(day.left).toBe(7);
    });

    it('keeps to the lesser of the two', () => {
      const day = budget(10, {});
      day.learn({ remaining: 4 });
      expect(day.left).toBe(4);
      day.spend(1);
      expect(day.left).toBe(3);
      day.learn({ remaining: 1000 });
      expect(day.left).toBe(9);
    });

    it('pauses at 0 until the vendor’s quota is renewed', () => {
      const clock = new FakeClock();
      const day = budget(undefined, { clock });
      day.learn({ remaining: 0, resetAfterMs: 90_000 });
      clock.advance(89_999);
      expect(day.allows(1)).toBe(false);
      clock.advance(1);
      expect([day.allows(1), day.left]).toEqual([true, undefined]);
    });

    it('takes midnight in UTC for the renewal where the vendor names none', () => {
      const clock = new FakeClock('2026-01-01T23:50:00Z');
      const day = budget(undefined, { clock });
      day.learn({ remaining: 0 });
      clock.advance(600_000 - 1);
      expect(day.allows(1)).toBe(false);
      clock.advance(1);
      expect(day.allows(1)).toBe(true);
    });

    it('takes its word for a quarter of an hour at most, whatever it says', () => {
      for (const resetAfterMs of [undefined, 1e15]) {
        const clock = new FakeClock('2026-01-01T06:00:00Z');
        const day = budget(undefined, { clock });
        day.learn({ remaining: 0, resetAfterMs });
        clock.advance(900_000 - 1);
        expect(day.allows(1)).toBe(false);
        clock.advance(1);
        expect(day.allows(1)).toBe(true);
      }
    });

    it('leaves requests half of what it has, also without a limit of ours', () => {
      const day = budget(undefined, {});
      day.learn({ remaining: 1000 });
      expect([day.affordable(1, true), day.affordable(1)]).toEqual([500, 1000]);
      day.learn({ remaining: 500 });
      expect([day.affordable(1, true), day.affordable(1)]).toEqual([0, 500]);
    });

    it.each([NaN, -1, undefined as unknown as number])('takes no notice of %d credits left', (remaining) => {
      const day = budget(undefined, {});
      day.learn({ remaining });
      expect(day.left).toBeUndefined();
    });

    it.each([NaN, -1])('takes %d ms to the renewal for none named', (resetAfterMs) => {
      const clock = new FakeClock('2026-01-01T22:00:00Z');
      const day = budget(undefined, { clock });
      day.learn({ remaining: 0, resetAfterMs });
      expect(day.allows(1)).toBe(false);
      clock.advance(2 * HOUR_MS);
      expect(day.allows(1)).toBe(true);
    });

    it('forgets it when the clock is set back: what it said may be of any time', () => {
      const clock = new FakeClock();
      const day = budget(undefined, { clock });
      day.learn({ remaining: 0, resetAfterMs: DAY_MS });
      clock.advance(-1);
      expect(day.allows(1)).toBe(true);
    });

    it('never pauses for longer than the vendor said, also when the clock is set back and forth', async () => {
      const clock = new FakeClock();
      const day = budget(undefined, { clock });
      day.learn({ remaining: 0, resetAfterMs: 60_000 });
      clock.advance(50_000);
      clock.advance(-40_000);
      clock.advance(60_000);
      expect(day.allows(1)).toBe(true);
      await settled();
    });
  });
});
