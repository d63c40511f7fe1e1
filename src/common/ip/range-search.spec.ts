import fc from 'fast-check';
import { compareWords, indexInIpv4Ranges, indexInIpv6Ranges } from './range-search.js';

// Small numbers make ranges crowd together; the top word makes comparing by subtraction meet values past 2^31.
const bound = fc.oneof(fc.nat(40), fc.integer({ min: 0xfffffff0, max: 0xffffffff }), fc.nat(0xffffffff));

/** Sorted, disjoint, inclusive ranges: pairs of neighbours in a sorted list of different bounds. */
const ranges = fc.uniqueArray(bound, { maxLength: 24 }).map((bounds) => {
  const sorted = bounds.toSorted((a, b) => a - b);
  const starts = sorted.filter((_, index) => index % 2 === 0);
  return starts.map((start, index) => [start, sorted[index * 2 + 1] ?? start] as const);
});

describe('indexInIpv4Ranges', () => {
  it('is the index a search from end to end finds, or -1', () => {
    fc.assert(
      fc.property(ranges, bound, (pairs, value) => {
        const starts = Uint32Array.from(pairs, ([start]) => start);
        const ends = Uint32Array.from(pairs, ([, end]) => end);
        const expected = (one: number): number => pairs.findIndex(([start, end]) => start <= one && one <= end);
        for (const probe of [value, ...pairs.flat()]) {
          expect(indexInIpv4Ranges(starts, ends, probe)).toBe(expected(probe));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('indexInIpv6Ranges', () => {
  it('is the index a search from end to end finds, in whichever word the bounds differ', () => {
    fc.assert(
      fc.property(ranges, bound, fc.nat(3), (pairs, value, word) => {
        const wordsOf = (one: number): number[] => [7, 7, 7, 7].with(word, one);
        const starts = Uint32Array.from(pairs.flatMap(([start]) => wordsOf(start)));
        const ends = Uint32Array.from(pairs.flatMap(([, end]) => wordsOf(end)));
        const expected = (one: number): number => pairs.findIndex(([start, end]) => start <= one && one <= end);
        for (const probe of [value, ...pairs.flat()]) {
          expect(indexInIpv6Ranges(starts, ends, wordsOf(probe))).toBe(expected(probe));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('compareWords', () => {
  it('orders addresses as the 128-bit numbers they are', () => {
    const words = fc.tuple(bound, bound, bound, bound);
    const bigOf = (four: readonly number[]): bigint => four.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
    fc.assert(
      fc.property(words, words, (a, b) => {
        const expected = bigOf(a) < bigOf(b) ? -1 : Number(bigOf(a) > bigOf(b));
        expect(Math.sign(compareWords(a, b))).toBe(expected);
        expect(compareWords(a, a)).toBe(0);
      }),
    );
  });
});
