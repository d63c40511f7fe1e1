import { BlockList, isIP } from 'node:net';

// The sandbox has its own, coarser table than the product: a fault in one is not repeated in the other.
const SPECIAL_IPV4: readonly (readonly [network: string, length: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const SPECIAL_IPV6_INSIDE_GLOBAL: readonly (readonly [network: string, length: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special4 = new BlockList();
for (const [network, length] of SPECIAL_IPV4) special4.addSubnet(network, length, 'ipv4');
const special6 = new BlockList();
for (const [network, length] of SPECIAL_IPV6_INSIDE_GLOBAL) special6.addSubnet(network, length, 'ipv6');
const globalIpv6 = new BlockList();
globalIpv6.addSubnet('2000::', 3, 'ipv6');

export type AddressKind = 'invalid' | 'special-purpose' | 'global';

/** What a vendor makes of the text it was asked about. Names, zones (`fe80::1%eth0`) and prefixes are invalid. */
export function kindOfAddress(text: string): AddressKind {
  const family = text.includes('%') ? 0 : isIP(text);
  if (family === 0) return 'invalid';
  if (family === 4) return special4.check(text, 'ipv4') ? 'special-purpose' : 'global';
  return globalIpv6.check(text, 'ipv6') && !special6.check(text, 'ipv6') ? 'global' : 'special-purpose';
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}
