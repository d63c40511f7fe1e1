import type { IpPrefix } from './ip-prefix.js';
import type { IpAddress } from './ip-address.js';
import { indexInIpv4Ranges, indexInIpv6Ranges, compareWords } from './range-search.js';

/**
 * A set of addresses held as sorted, merged ranges in typed arrays: 8 bytes an IPv4 range, 32 bytes an IPv6 range,
 * found by binary search. Built once, never changed.
 */
export class IpRangeSet {
  static readonly EMPTY = new IpRangeSet(
    new Uint32Array(0),
    new Uint32Array(0),
    new Uint32Array(0),
    new Uint32Array(0),
  );

  private constructor(
    private readonly starts4: Uint32Array,
    private readonly ends4: Uint32Array,
    private readonly starts6: Uint32Array,
    private readonly ends6: Uint32Array,
  ) {}

  static from(prefixes: Iterable<IpPrefix>): IpRangeSet {
    const ranges4: [number, number][] = [];
    const ranges6: [readonly number[], readonly number[]][] = [];
    for (const { first, last } of prefixes) {
      if (first.family === 4 && last.family === 4) ranges4.push([first.value, last.value]);
      else if (first.family === 6 && last.family === 6) ranges6.push([first.words, last.words]);
    }
    ranges4.sort((a, b) => a[0] - b[0]);
    ranges6.sort((a, b) => compareWords(a[0], b[0]));
    const merged4 = mergeSorted(
      ranges4,
      (end, start) => start <= end + 1,
      (a, b) => a - b,
    );
    const merged6 = mergeSorted(ranges6, (end, start) => compareWords(start, end) <= 0, compareWords);
    return new IpRangeSet(
      Uint32Array.from(merged4, ([start]) => start),
      Uint32Array.from(merged4, ([, end]) => end),
      Uint32Array.from(merged6.flatMap(([start]) => [...start])),
      Uint32Array.from(merged6.flatMap(([, end]) => [...end])),
    );
  }

  /** Number of disjoint ranges. */
  get size(): number {
    return this.starts4.length + this.starts6.length / 4;
  }

  /** Number of IPv4 addresses. */
  get ipv4Count(): number {
    return this.ends4.reduce((sum, end, index) => sum + end - (this.starts4[index] as number) + 1, 0);
  }

  has(address: IpAddress): boolean {
    return address.family === 4
      ? indexInIpv4Ranges(this.starts4, this.ends4, address.value) >= 0
      : indexInIpv6Ranges(this.starts6, this.ends6, address.words) >= 0;
  }

  /** True when any address of the subscriber's block is in the set: the address itself in IPv4, its /64 in IPv6. */
  overlapsBlockOf(address: IpAddress): boolean {
    return address.family === 4
      ? this.has(address)
      : overlapsSlash64(this.starts6, this.ends6, address.words[0], address.words[1]);
  }
}

/**
 * Of the ranges that begin before or in the /64, the last one reaches furthest: it overlaps or none does. A bound is
 * before, in or after a /64 by its first two words alone.
 */
function overlapsSlash64(starts: Uint32Array, ends: Uint32Array, first: number, second: number): boolean {
  let low = 0;
  let high = starts.length / 4 - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (compareSlash64(starts, middle, first, second) <= 0) low = middle + 1;
    else high = middle - 1;
  }
  return high >= 0 && compareSlash64(ends, high, first, second) >= 0;
}

function compareSlash64(bounds: Uint32Array, index: number, first: number, second: number): number {
  const difference = (bounds[index * 4] as number) - first;
  return difference === 0 ? (bounds[index * 4 + 1] as number) - second : difference;
}

function mergeSorted<End>(
  sorted: readonly [End, End][],
  touches: (end: End, start: End) => boolean,
  compare: (a: End, b: End) => number,
): [End, End][] {
  const merged: [End, End][] = [];
  for (const [start, end] of sorted) {
    const previous = merged.at(-1);
    if (previous === undefined || !touches(previous[1], start)) merged.push([start, end]);
    else if (compare(end, previous[1]) > 0) previous[1] = end;
  }
  return merged;
}
