import fc from 'fast-check';
import { DURATION_BOUNDS_MS, DurationHistogram } from './duration-histogram.js';

describe('DurationHistogram', () => {
  it('puts each duration into the first bucket that reaches it, and loses none', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 20_000, noNaN: true })), (durations) => {
        const histogram = new DurationHistogram();
        for (const ms of durations) histogram.note(ms);
        const { buckets, sumMs } = histogram.counts();
        let counted = 0;
        for (const [index, bound] of [...DURATION_BOUNDS_MS, Infinity].entries()) {
          counted += buckets[index] ?? 0;
          expect(counted).toBe(durations.filter((ms) => ms <= bound).length);
        }
        expect(sumMs).toBeCloseTo(durations.reduce((sum, ms) => sum + Math.max(0, ms), 0));
      }),
    );
  });
});
