/**
 * Index of the range that holds `value`, or -1. `starts` and `ends` are parallel, sorted, disjoint and inclusive.
 */
export function indexInIpv4Ranges(starts: Uint32Array, ends: Uint32Array, value: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= value) low = middle + 1;
    else high = middle - 1;
  }
  return high >= 0 && value <= (ends[high] as number) ? high : -1;
}

/** The same for IPv6, where every bound takes four consecutive 32-bit words. */
export function indexInIpv6Ranges(starts: Uint32Array, ends: Uint32Array, words: readonly number[]): number {
  let low = 0;
  let high = starts.length / 4 - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (compareAt(starts, middle, words) <= 0) low = middle + 1;
    else high = middle - 1;
  }
  return high >= 0 && compareAt(ends, high, words) >= 0 ? high : -1;
}

/** Order of two addresses given as four 32-bit words: negative, zero or positive. */
export function compareWords(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return compareAt(a, 0, b);
}

function compareAt(bounds: ArrayLike<number>, index: number, words: ArrayLike<number>): number {
  const offset = index * 4;
  for (let word = 0; word < 4; word += 1) {
    const difference = (bounds[offset + word] as number) - (words[word] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
