import fc from 'fast-check';
import { parseIpAddress, type IpAddress } from './ip-address.js';
import { parseIpPrefix, type IpPrefix } from './ip-prefix.js';
import { IpRangeSet } from './ip-range-set.js';

type Family = 4 | 6;
interface Block {
  readonly first: bigint;
  readonly last: bigint;
  readonly length: number;
}

const bitsOf = (family: Family): bigint => (family === 4 ? 32n : 128n);
const lastOf = (family: Family): bigint => (1n << bitsOf(family)) - 1n;

const textOf = (value: bigint, family: Family): string =>
  family === 4
    ? [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString()).join('.')
    : [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16)).join(':');

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

function cidr(text: string): IpPrefix {
  const prefix = parseIpPrefix(text);
  if (prefix === undefined) throw new Error(`not a block: ${text}`);
  return prefix;
}

const setOf = (...texts: string[]): IpRangeSet => IpRangeSet.from(texts.map(cidr));

// Few bases and every length: blocks nest, touch and repeat, and both ends of the address space are in play.
function blocksOf(family: Family): fc.Arbitrary<Block[]> {
  const bits = Number(bitsOf(family));
  const top = lastOf(family);
  const base = fc.oneof(
    fc.constantFrom(0n, top, 1n << (bitsOf(family) - 1n), (10n << (bitsOf(family) - 8n)) | 0xffn),
    fc.bigInt({ min: 0n, max: 15n }).map((low) => (0x2001n << (bitsOf(family) - 16n)) | low),
    fc.bigInt({ min: 0n, max: top }),
  );
  const length = fc.oneof(fc.integer({ min: bits - 5, max: bits }), fc.integer({ min: 0, max: bits }));
  const block = fc.tuple(base, length).map(([value, bitsSet]): Block => {
    const size = 1n << BigInt(bits - bitsSet);
    const first = (value / size) * size;
    return { first, last: first + size - 1n, length: bitsSet };
  });
  return fc.array(block, { maxLength: 12 });
}

function probes(blocks: readonly Block[], family: Family, random: readonly bigint[]): bigint[] {
  const top = lastOf(family);
  const around = blocks.flatMap(({ first, last }) => [first - 1n, first, last, last + 1n, (first + last) / 2n]);
  return [0n, top, ...around, ...random].filter((value) => value >= 0n && value <= top);
}

// A mapped address is read as IPv4, so it cannot stand for an IPv6 value here.
const isMapped = (value: bigint, family: Family): boolean => family === 6 && value >> 32n === 0xffffn;

function expectSameAsNaive(blocks: readonly Block[], family: Family, random: readonly bigint[]): void {
  const usable = blocks.filter(({ first }) => !isMapped(first, family));
  const set = setOf(...usable.map(({ first, length }) => `${textOf(first, family)}/${length}`));
  for (const value of probes(usable, family, random).filter((one) => !isMapped(one, family))) {
    const isInside = usable.some(({ first, last }) => first <= value && value <= last);
    if (set.has(ip(textOf(value, family))) !== isInside) throw new Error(`wrong on ${textOf(value, family)}`);
  }
}

/** The block of an address as one subscriber holds it: itself in IPv4, its /64 in IPv6. */
function expectOverlapsAsNaive(blocks: readonly Block[], family: Family, random: readonly bigint[]): void {
  const usable = blocks.filter(({ first }) => !isMapped(first, family));
  const set = setOf(...usable.map(({ first, length }) => `${textOf(first, family)}/${length}`));
  const size = family === 4 ? 1n : 1n << 64n;
  const nearby = probes(usable, family, random).flatMap((value) => [value - size, value, value + size]);
  for (const value of nearby) {
    if (value < 0n || value > lastOf(family) || isMapped(value, family)) continue;
    const from = value - (value % size);
    const overlaps = usable.some(({ first, last }) => first < from + size && last >= from);
    if (set.overlapsBlockOf(ip(textOf(value, family))) !== overlaps)
      throw new Error(`wrong on ${textOf(value, family)}`);
  }
}

describe('IpRangeSet', () => {
  it.each([4, 6] as const)('holds exactly the addresses of its IPv%d blocks, and no others', (family) => {
    const random = fc.array(fc.bigInt({ min: 0n, max: lastOf(family) }), { maxLength: 4 });
    fc.assert(
      fc.property(blocksOf(family), random, (blocks, values) => {
        expectSameAsNaive(blocks, family, values);
      }),
      { numRuns: 4000 },
    );
  });

  it.each([
    ['0.0.0.0/32', '0.0.0.0', '0.0.0.1'],
    ['255.255.255.255/32', '255.255.255.255', '255.255.255.254'],
    ['::/128', '::', '::1'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff::'],
    ['128.0.0.0/1', '255.255.255.255', '127.255.255.255'],
  ])('%s holds %s and not %s', (block, inside, outside) => {
    expect([setOf(block).has(ip(inside)), setOf(block).has(ip(outside))]).toEqual([true, false]);
  });

  it('keeps the families apart: IPv4 blocks hold no IPv6 address, nor the other way round', () => {
    expect(setOf('0.0.0.0/0').has(ip('::1'))).toBe(false);
    expect(setOf('::/0').has(ip('192.0.2.1'))).toBe(false);
    expect(setOf('::/0').has(ip('::ffff:192.0.2.1'))).toBe(false);
    expect(setOf('192.0.2.0/24').has(ip('::ffff:192.0.2.1'))).toBe(true);
  });

  it('merges overlapping and nested blocks, whatever their order', () => {
    expect(setOf('10.1.2.0/24', '10.0.0.0/8', '10.0.0.0/8', '10.255.0.0/16').size).toBe(1);
    expect(setOf('2001:db8:1::/48', '2001:db8::/32', '2001:db8::1/128').size).toBe(1);
    expect(setOf('10.0.0.0/9', '10.128.0.0/9').size).toBe(1);
    expect(setOf('10.0.0.0/24', '10.0.2.0/24', '2001:db8::/32').size).toBe(3);
  });

  it('does not lose the tail of a wide block that comes before a narrow one inside it', () => {
    expect(setOf('10.0.0.0/8', '10.0.0.0/32').has(ip('10.200.0.1'))).toBe(true);
    expect(setOf('2001:db8::/32', '2001:db8::/128').has(ip('2001:db8:ffff::'))).toBe(true);
  });

  it.each([4, 6] as const)('overlaps exactly the subscriber blocks that its IPv%d blocks reach into', (family) => {
    const random = fc.array(fc.bigInt({ min: 0n, max: lastOf(family) }), { maxLength: 4 });
    fc.assert(
      fc.property(blocksOf(family), random, (blocks, values) => {
        expectOverlapsAsNaive(blocks, family, values);
      }),
      { numRuns: 2000 },
    );
  });

  it('overlaps the /64 around a single IPv6 address and no other, and of IPv4 the address alone', () => {
    const set = setOf('2001:db8:0:7::66/128', '192.0.2.66/32');
    const overlaps = (text: string): boolean => set.overlapsBlockOf(ip(text));
    expect(['2001:db8:0:7::', '2001:db8:0:7::67', '2001:db8:0:7:ffff:ffff:ffff:ffff'].map(overlaps)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['2001:db8:0:6:ffff:ffff:ffff:ffff', '2001:db8:0:8::', '2001:db9:0:7::66'].map(overlaps)).toEqual([
      false,
      false,
      false,
    ]);
    expect(['192.0.2.66', '192.0.2.67'].map(overlaps)).toEqual([true, false]);
  });

  it('is empty without blocks', () => {
    expect(IpRangeSet.from([]).size).toBe(0);
    expect([IpRangeSet.EMPTY.has(ip('0.0.0.0')), IpRangeSet.EMPTY.has(ip('::'))]).toEqual([false, false]);
    expect(IpRangeSet.EMPTY.overlapsBlockOf(ip('::'))).toBe(false);
  });
});
