import { parseIpAddress, type IpAddress } from './ip-address.js';
import { SPECIAL_PURPOSE_DATE, specialPurposeOf } from './special-purpose.js';

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

const shown = (text: string): string => {
  const purpose = specialPurposeOf(ip(text));
  return purpose === undefined ? 'global' : `${purpose.name}: ${purpose.scope}`;
};

/** The two IANA registries, row by row, with their "Globally Reachable" column; multicast is from the address-space ones. */
const REGISTRY_4: readonly [block: string, isReachable: boolean][] = [
  ['0.0.0.0/8', false],
  ['0.0.0.0/32', false],
  ['10.0.0.0/8', false],
  ['100.64.0.0/10', false],
  ['127.0.0.0/8', false],
  ['169.254.0.0/16', false],
  ['172.16.0.0/12', false],
  ['192.0.0.0/24', false],
  ['192.0.0.0/29', false],
  ['192.0.0.8/32', false],
  ['192.0.0.9/32', true],
  ['192.0.0.10/32', true],
  ['192.0.0.170/32', false],
  ['192.0.0.171/32', false],
  ['192.0.2.0/24', false],
  ['192.31.196.0/24', true],
  ['192.52.193.0/24', true],
  ['192.88.99.0/24', false],
  ['192.88.99.2/32', false],
  ['192.168.0.0/16', false],
  ['192.175.48.0/24', true],
  ['198.18.0.0/15', false],
  ['198.51.100.0/24', false],
  ['203.0.113.0/24', false],
  ['224.0.0.0/4', false],
  ['240.0.0.0/4', false],
  ['255.255.255.255/32', false],
];
// Without ::ffff:0:0/96, which is read as IPv4, and NAT64, Teredo and 6to4, which are judged by the address inside.
const REGISTRY_6: readonly [block: string, isReachable: boolean][] = [
  ['::/128', false],
  ['::1/128', false],
  ['64:ff9b:1::/48', false],
  ['100::/64', false],
  ['100:0:0:1::/64', false],
  ['2000::/3', true],
  ['2001::/23', false],
  ['2001:1::1/128', true],
  ['2001:1::2/128', true],
  ['2001:1::3/128', true],
  ['2001:2::/48', false],
  ['2001:3::/32', true],
  ['2001:4:112::/48', true],
  ['2001:10::/28', false],
  ['2001:20::/28', true],
  ['2001:30::/28', true],
  ['2001:db8::/32', false],
  ['2620:4f:8000::/48', true],
  ['3fff::/20', false],
  ['5f00::/16', false],
  ['fc00::/7', false],
  ['fe80::/10', false],
  ['ff00::/8', false],
];
const TRANSITION_BLOCKS = ['64:ff9b::/96', '2001::/32', '2002::/16'];

const bigOf = (address: IpAddress): bigint =>
  address.family === 4 ? BigInt(address.value) : address.words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);

const textOf = (value: bigint, family: 4 | 6): string =>
  family === 4
    ? [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString()).join('.')
    : [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16)).join(':');

interface Range {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

function rangeOf(block: string): Range {
  const [text = '', length] = block.split('/');
  const address = ip(text);
  const first = bigOf(address);
  return {
    family: address.family,
    first,
    last: first + (1n << BigInt((address.family === 4 ? 32 : 128) - Number(length))) - 1n,
  };
}

/** The first and last address of a block, and the neighbours just outside. */
function edgesOf({ family, first, last }: Range): string[] {
  const top = (1n << (family === 4 ? 32n : 128n)) - 1n;
  const isMapped = (value: bigint): boolean => family === 6 && value >> 32n === 0xffffn;
  return [first - 1n, first, last, last + 1n]
    .filter((value) => value >= 0n && value <= top && !isMapped(value))
    .map((value) => textOf(value, family));
}

/** The narrowest block that holds the address decides; IPv4 outside every block is reachable, IPv6 is not. */
function isReachableByRegistry(text: string): boolean {
  const address = ip(text);
  const holders = (address.family === 4 ? REGISTRY_4 : REGISTRY_6)
    .map(([block, isReachable]) => ({ ...rangeOf(block), isReachable }))
    .filter(({ first, last }) => first <= bigOf(address) && bigOf(address) <= last);
  const narrowest = holders.find((one) => holders.every((other) => one.last - one.first <= other.last - other.first));
  return narrowest?.isReachable ?? address.family === 4;
}

describe('specialPurposeOf', () => {
  it.each([...REGISTRY_4, ...REGISTRY_6])(
    'agrees with IANA at both ends of %s and just outside (reachable: %s)',
    (block) => {
      const isTransition = (text: string): boolean =>
        TRANSITION_BLOCKS.map(rangeOf).some(
          ({ first, last, family }) =>
            family === ip(text).family && first <= bigOf(ip(text)) && bigOf(ip(text)) <= last,
        );
      const edges = edgesOf(rangeOf(block)).filter((text) => !isTransition(text));
      expect(edges.map((text) => [text, shown(text) === 'global'])).toEqual(
        edges.map((text) => [text, isReachableByRegistry(text)]),
      );
    },
  );

  it.each([
    ['9.255.255.255', 'global'],
    ['10.0.0.0', 'Private-Use: internal'],
    ['10.255.255.255', 'Private-Use: internal'],
    ['11.0.0.0', 'global'],
    ['100.63.255.255', 'global'],
    ['100.64.0.0', 'Shared Address Space: internal'],
    ['100.127.255.255', 'Shared Address Space: internal'],
    ['100.128.0.0', 'global'],
    ['127.0.0.1', 'Loopback: internal'],
    ['169.254.169.254', 'Link-Local: internal'],
    ['172.15.255.255', 'global'],
    ['172.16.0.0', 'Private-Use: internal'],
    ['172.31.255.255', 'Private-Use: internal'],
    ['172.32.0.0', 'global'],
    ['192.168.0.1', 'Private-Use: internal'],
    ['0.0.0.0', 'This network: unroutable'],
    ['192.0.0.8', 'IETF Protocol Assignments: unroutable'],
    ['192.0.0.9', 'global'],
    ['192.0.0.10', 'global'],
    ['192.0.0.11', 'IETF Protocol Assignments: unroutable'],
    ['192.0.2.1', 'Documentation (TEST-NET-1): unroutable'],
    ['192.31.196.1', 'global'],
    ['192.88.99.1', 'Deprecated (6to4 Relay Anycast): unroutable'],
    ['198.19.255.255', 'Benchmarking: unroutable'],
    ['198.51.100.1', 'Documentation (TEST-NET-2): unroutable'],
    ['203.0.113.1', 'Documentation (TEST-NET-3): unroutable'],
    ['223.255.255.255', 'global'],
    ['224.0.0.0', 'Multicast: unroutable'],
    ['239.255.255.255', 'Multicast: unroutable'],
    ['240.0.0.0', 'Reserved: unroutable'],
    ['255.255.255.255', 'Limited Broadcast: unroutable'],
    ['8.8.8.8', 'global'],
    ['::', 'Unspecified: unroutable'],
    ['::1', 'Loopback: internal'],
    ['::2', 'Reserved by IETF: unroutable'],
    ['::8.8.8.8', 'Reserved by IETF: unroutable'],
    ['64:ff9b:1::8.8.8.8', 'IPv4-IPv6 Translation (local use): unroutable'],
    ['100::1', 'Discard-Only: unroutable'],
    ['100:0:0:1::1', 'Dummy IPv6 Prefix: unroutable'],
    ['100:0:0:2::1', 'Reserved by IETF: unroutable'],
    ['2001:1::3', 'global'],
    ['2001:1::4', 'IETF Protocol Assignments: unroutable'],
    ['2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', 'IETF Protocol Assignments: unroutable'],
    ['2001:200::', 'global'],
    ['2001:2::1', 'Benchmarking: unroutable'],
    ['2001:20::1', 'global'],
    ['2001:10::1', 'Deprecated (ORCHID): unroutable'],
    ['2001:db8::1', 'Documentation: unroutable'],
    ['2001:db9::1', 'global'],
    ['2606:4700:4700::1111', 'global'],
    ['3ffe::1', 'global'],
    ['3fff::1', 'Documentation: unroutable'],
    ['3fff:1000::', 'global'],
    ['4000::', 'Reserved by IETF: unroutable'],
    ['5f00::1', 'Segment Routing (SRv6) SIDs: unroutable'],
    ['fc00::1', 'Unique-Local: internal'],
    ['fd12:3456::1', 'Unique-Local: internal'],
    ['fe00::1', 'Reserved by IETF: unroutable'],
    ['fe80::1', 'Link-Local: internal'],
    ['febf::1', 'Link-Local: internal'],
    ['fec0::1', 'Reserved by IETF: unroutable'],
    ['ff02::1', 'Multicast: unroutable'],
  ])('calls %s %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    ['::ffff:10.0.0.1', 'Private-Use: internal'],
    ['::ffff:8.8.8.8', 'global'],
    ['64:ff9b::10.0.0.1', 'Private-Use: internal'],
    ['64:ff9b::127.0.0.1', 'Loopback: internal'],
    ['64:ff9b::169.254.169.254', 'Link-Local: internal'],
    ['64:ff9b::203.0.113.1', 'Documentation (TEST-NET-3): unroutable'],
    ['64:ff9b::8.8.8.8', 'global'],
    ['2002:a00:1::1', 'Private-Use: internal'],
    ['2002:c0a8:101::', 'Private-Use: internal'],
    ['2002:c058:6301::', 'Deprecated (6to4 Relay Anycast): unroutable'],
    ['2002:808:808::1', 'global'],
    ['2001:0:4136:e378:8000:63bf:f5ff:fffe', 'Private-Use: internal'],
    ['2001:0:4136:e378:8000:63bf:f7f7:f7f7', 'global'],
    ['2001:0:a00:1:8000:63bf:f7f7:f7f7', 'global'],
  ])('judges %s by the IPv4 address inside: %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    ['64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff', 'Reserved by IETF: unroutable'],
    ['64:ff9b::1:0:0', 'Reserved by IETF: unroutable'],
    ['2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'global'],
    ['2001:1::', 'IETF Protocol Assignments: unroutable'],
    ['2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'global'],
    ['2003::', 'global'],
  ])('judges %s, just outside a transition block, by itself: %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('says the day of the registries it was read from', () => {
    expect(SPECIAL_PURPOSE_DATE).toMatch(/^20\d\d-\d\d-\d\d$/);
  });
});
