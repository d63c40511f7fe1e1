import fc from 'fast-check';
import { parseIpAddress, type IpAddress } from './ip-address.js';
import { isWideMappedPrefix, parseIpPrefix, prefixKey, prefixOf } from './ip-prefix.js';

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

const bigOf = (address: IpAddress): bigint =>
  address.family === 4 ? BigInt(address.value) : address.words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);

const textOf = (value: bigint, family: 4 | 6): string =>
  family === 4
    ? [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString()).join('.')
    : [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16)).join(':');

const ends = (text: string): [string, string] | undefined => {
  const prefix = parseIpPrefix(text);
  return prefix && [prefix.first.text, prefix.last.text];
};

const block = fc.constantFrom(4 as const, 6 as const).chain((family) => {
  const bits = family === 4 ? 32 : 128;
  return fc.record({
    family: fc.constant(family),
    bits: fc.constant(bits),
    value: fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }),
    length: fc.integer({ min: 0, max: bits }),
  });
});

describe('parseIpPrefix', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0', '10.255.255.255'],
    ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
    ['128.0.0.0/1', '128.0.0.0', '255.255.255.255'],
    ['192.0.2.7/32', '192.0.2.7', '192.0.2.7'],
    ['192.0.2.6/31', '192.0.2.6', '192.0.2.7'],
    ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['::1/128', '::1', '::1'],
    ['2001:db8:8000::/33', '2001:db8:8000::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('reads %s as %s to %s', (text, first, last) => {
    expect(ends(text)).toEqual([first, last]);
  });

  it('reads a bare address as a block of one', () => {
    expect(parseIpPrefix('192.0.2.7')?.text).toBe('192.0.2.7/32');
    expect(parseIpPrefix('2001:DB8::0')?.text).toBe('2001:db8::/128');
  });

  it.each(['10.0.0.1/8', '10.0.0.0/6', '192.0.2.1/31', '2001:db8::1/64', '2001:db8:1::/32', '128.0.0.0/0', '::1/0'])(
    'refuses %s, which has host bits set',
    (text) => {
      expect(parseIpPrefix(text)).toBeUndefined();
    },
  );

  it.each([
    ['', '/', '/8', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/+8', '10.0.0.0/08', '10.0.0.0/8.0'],
    ['10.0.0.0/8/8', '10.0.0.0 /8', '10.0.0.0/ 8', '10.0.0.0/8\n', '10.0.0.0/255.0.0.0', '10/8', '10.0.0.0/1e1'],
    ['::/129', '::/0x8', '[::]/0', 'fe80::%1/64', 'example.org/8', '10.0.0.0/８', '::/1000'],
  ])('refuses what is not a CIDR block: %j, %j, %j and more', (...texts) => {
    expect(texts.filter((text) => parseIpPrefix(text) !== undefined)).toEqual([]);
  });

  it.each([
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:a00:0/104', '10.0.0.0/8'],
    ['::FFFF:192.0.2.7/128', '192.0.2.7/32'],
    ['::ffff:192.0.2.7', '192.0.2.7/32'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
  ])('folds the mapped block %s to the IPv4 block %s it stands for', (text, folded) => {
    expect(parseIpPrefix(text)).toEqual(parseIpPrefix(folded));
  });

  it.each(['::ffff:10.0.0.0/8', '::ffff:10.0.0.0/32', '::ffff:0:0/95', '::ffff:0:0/0', '::ffff:10.0.0.0/95'])(
    'refuses %s, a mapped block wider than all of IPv4',
    (text) => {
      expect(parseIpPrefix(text)).toBeUndefined();
    },
  );

  it('keeps a block IPv6 where one of its ends looks like a mapped address', () => {
    expect(parseIpPrefix('::/80')?.last).toEqual({
      family: 6,
      text: '::ffff:255.255.255.255',
      words: [0, 0, 0xffff, 0xffffffff],
    });
  });

  it('finds both ends of 4,096 random blocks, and refuses them with a host bit', () => {
    fc.assert(
      fc.property(block, fc.nat(127), ({ family, bits, value, length }, bit) => {
        const size = 1n << BigInt(bits - length);
        const first = (value / size) * size;
        fc.pre(family === 4 || first >> 32n !== 0xffffn);
        const prefix = parseIpPrefix(`${textOf(first, family)}/${length}`);
        expect(prefix && [prefix.first.family, bigOf(prefix.first), prefix.last.family, bigOf(prefix.last)]).toEqual([
          family,
          first,
          family,
          first + size - 1n,
        ]);
        expect(prefix?.text).toBe(`${prefix?.first.text ?? ''}/${length}`);
        if (length < bits) {
          const hostBit = 1n << BigInt(bit % (bits - length));
          expect(parseIpPrefix(`${textOf(first | hostBit, family)}/${length}`)).toBeUndefined();
        }
      }),
      { numRuns: 4096 },
    );
  });
});

describe('prefixOf', () => {
  it('is the block of that length around any address', () => {
    fc.assert(
      fc.property(block, ({ family, bits, value, length }) => {
        fc.pre(family === 4 || value >> 32n !== 0xffffn);
        const size = 1n << BigInt(bits - length);
        const { first, last } = prefixOf(ip(textOf(value, family)), length);
        expect([bigOf(first), bigOf(last)]).toEqual([(value / size) * size, (value / size) * size + size - 1n]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('prefixKey', () => {
  it('is the address itself for IPv4, also when it came mapped', () => {
    expect(prefixKey(ip('192.0.2.7'))).toBe('192.0.2.7');
    expect(prefixKey(ip('::ffff:192.0.2.7'))).toBe('192.0.2.7');
  });

  it('is the /64 for IPv6', () => {
    expect(prefixKey(ip('2001:db8:1:2:3:4:5:6'))).toBe('2001:db8:1:2::/64');
    expect(prefixKey(ip('::1'))).toBe('::/64');
  });

  it('takes another length', () => {
    const address = ip('2001:db8:1:2ff:3:4:5:6');
    expect([32, 48, 56, 128].map((length) => prefixKey(address, length))).toEqual([
      '2001:db8::/32',
      '2001:db8:1::/48',
      '2001:db8:1:200::/56',
      '2001:db8:1:2ff:3:4:5:6/128',
    ]);
  });

  it('is one key for all 2^64 addresses of a subscriber, and another for the neighbour', () => {
    const half = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(half, half, half, half, (net, otherNet, host, otherHost) => {
        fc.pre(net > 0n && otherNet > 0n && net !== otherNet);
        const key = (network: bigint, tail: bigint): string => prefixKey(ip(textOf((network << 64n) | tail, 6)));
        expect(key(net, host)).toBe(key(net, otherHost));
        expect(key(net, host)).not.toBe(key(otherNet, host));
      }),
    );
  });

  it('never makes an IPv4 client and an IPv6 client share a key', () => {
    expect(prefixKey(ip('0.0.0.0'))).not.toBe(prefixKey(ip('::')));
  });
});

describe('isWideMappedPrefix', () => {
  it.each(['::ffff:10.0.0.0/8', '::ffff:0:0/95', '::FFFF:a00:0/0', '0:0:0:0:0:ffff:10.0.0.0/24'])(
    'is true for %s, which reads like an IPv4 block and covers them all',
    (text) => {
      expect(isWideMappedPrefix(text)).toBe(true);
    },
  );

  it.each([
    '::ffff:10.0.0.0/96',
    '::ffff:10.0.0.0/104',
    '::ffff:10.0.0.0',
    '10.0.0.0/8',
    '::/0',
    '::ffff:10.0.0.0/x',
    '',
  ])('is false for %j', (text) => {
    expect(isWideMappedPrefix(text)).toBe(false);
  });
});
