import fc from 'fast-check';
import { GIVE_UP_MS, MOST_DELAY_MS, nextTryDelayMs, retryDelayMs, triesWithin } from './retry-schedule.js';

const attempts = fc.integer({ min: 1, max: 2000 });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

describe('the schedule of retries', () => {
  it('waits 5 s, twice as long each time, an hour at most', () => {
    expect([1, 2, 3, 10, 11, 40].map((made) => retryDelayMs(made, 0.5))).toEqual([
      5000, 10_000, 20_000, 2_560_000, 3_600_000, 3_600_000,
    ]);
    expect([retryDelayMs(1, 0), retryDelayMs(1, 1)]).toEqual([4000, 6000]);
  });

  it('waits as long as the service asks, never less than usual and never much longer than an hour', () => {
    expect(nextTryDelayMs(1, 0, 90_000)).toBe(90_000);
    expect(nextTryDelayMs(1, 0.5, 1)).toBe(5000);
    expect(nextTryDelayMs(1, 0.5, Number.NaN)).toBe(5000);
    fc.assert(
      fc.property(attempts, chance, fc.option(fc.double(), { nil: undefined }), (made, random, asked) => {
        const delay = nextTryDelayMs(made, random, asked);
        expect(delay).toBeGreaterThanOrEqual(retryDelayMs(made, random));
        expect(delay).toBeLessThanOrEqual(MOST_DELAY_MS);
      }),
    );
  });

  it('never promises fewer tries than can be made in the time', () => {
    expect(triesWithin(0, 0)).toBe(1);
    fc.assert(
      fc.property(fc.infiniteStream(chance), fc.integer({ min: 0, max: GIVE_UP_MS }), (chances, untilMs) => {
        let tries = 1;
        for (let waited = 0; waited < untilMs; tries += 1)
          waited += retryDelayMs(tries, chances.next().value as number);
        expect(triesWithin(0, untilMs)).toBeGreaterThanOrEqual(tries);
      }),
    );
    expect(triesWithin(0, GIVE_UP_MS)).toBeLessThan(50);
  });
});
