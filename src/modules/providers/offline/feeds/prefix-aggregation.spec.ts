import fc from 'fast-check';
import { fromIpv4Value } from '../../../../common/ip/ip-address.js';
import { parseIpPrefix, prefixOf, type IpPrefix } from '../../../../common/ip/ip-prefix.js';
import { IpRangeSet } from '../../../../common/ip/ip-range-set.js';
import { appendAggregated } from './prefix-aggregation.js';

function aggregate(prefixes: readonly IpPrefix[]): IpPrefix[] {
  const joined: IpPrefix[] = [];
  for (const prefix of prefixes) appendAggregated(joined, prefix);
  return joined;
}

const texts = (...prefixes: string[]): string[] =>
  aggregate(prefixes.map((text) => parseIpPrefix(text) as IpPrefix)).map(({ text }) => text);

describe('appendAggregated', () => {
  it.each([
    [['8.8.8.0/25', '8.8.8.128/25'], ['8.8.8.0/24']],
    [['8.8.8.0/26', '8.8.8.64/26', '8.8.8.128/26', '8.8.8.192/26'], ['8.8.8.0/24']],
    [['2a02::/64', '2a02:0:0:1::/64'], ['2a02::/63']],
    [
      ['2a02:0:0:1::/64', '2a02:0:0:1:8000::/65'],
      ['2a02:0:0:1::/64', '2a02:0:0:1:8000::/65'],
    ],
    [['2a02::/33', '2a02:0:8000::/33'], ['2a02::/32']],
    [['0.0.0.0/1', '128.0.0.0/1'], ['0.0.0.0/0']],
  ])('joins the halves %j', (written, joined) => {
    expect(texts(...written)).toEqual(joined);
  });

  it.each([
    ['neighbours that are halves of different blocks', ['8.8.8.128/25', '8.8.9.0/25']],
    ['halves the wrong way round', ['8.8.8.128/25', '8.8.8.0/25']],
    ['blocks of different length', ['8.8.8.0/25', '8.8.8.128/26']],
    ['the same block twice', ['8.8.8.0/25', '8.8.8.0/25']],
    ['IPv6 blocks that differ in an earlier word too', ['2a02::/64', '2a02:1:0:1::/64']],
  ])('leaves %s alone', (_, written) => {
    expect(texts(...written)).toEqual(written);
  });

  it('holds the same addresses as the list it was given', () => {
    const block = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }));
    fc.assert(
      fc.property(fc.array(block, { maxLength: 40 }), (blocks) => {
        const prefixes = blocks.map(([value, length]) => prefixOf(fromIpv4Value(value), length));
        const [before, after] = [IpRangeSet.from(prefixes), IpRangeSet.from(aggregate(prefixes))];
        const addresses = Array.from({ length: 256 }, (_, value) => fromIpv4Value(value));
        expect(addresses.map((address) => after.has(address))).toEqual(addresses.map((address) => before.has(address)));
      }),
    );
  });
});
