import { embeddedIpv4 } from './embedded-ipv4.js';
import type { IpAddress } from './ip-address.js';
import { parseIpPrefix, type IpPrefix } from './ip-prefix.js';
import { IpRangeSet } from './ip-range-set.js';

/**
 * IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) plus the multicast blocks and everything outside
 * the allocated global unicast block 2000::/3. Source: iana.org/assignments/iana-ipv4-special-registry and
 * iana-ipv6-special-registry. Date: {@link SPECIAL_PURPOSE_DATE}.
 */
export const SPECIAL_PURPOSE_DATE = '2025-10-09';

/** `internal`: a real host inside somebody's own network. `unroutable`: no client can have it. */
export type SpecialPurposeScope = 'internal' | 'unroutable';

export interface SpecialPurpose {
  readonly name: string;
  readonly scope: SpecialPurposeScope;
}

type Row = readonly [block: string, name: string, scope: SpecialPurposeScope | 'global'];

// Where blocks nest, the longest one decides. 'global' rows are the registry's globally reachable exceptions.
const ROWS: readonly Row[] = [
  ['0.0.0.0/8', 'This network', 'unroutable'],
  ['10.0.0.0/8', 'Private-Use', 'internal'],
  ['100.64.0.0/10', 'Shared Address Space', 'internal'],
  ['127.0.0.0/8', 'Loopback', 'internal'],
  ['169.254.0.0/16', 'Link-Local', 'internal'],
  ['172.16.0.0/12', 'Private-Use', 'internal'],
  ['192.0.0.0/24', 'IETF Protocol Assignments', 'unroutable'],
  ['192.0.0.9/32', 'Port Control Protocol Anycast', 'global'],
  ['192.0.0.10/32', 'Traversal Using Relays around NAT Anycast', 'global'],
  ['192.0.2.0/24', 'Documentation (TEST-NET-1)', 'unroutable'],
  ['192.88.99.0/24', 'Deprecated (6to4 Relay Anycast)', 'unroutable'],
  ['192.168.0.0/16', 'Private-Use', 'internal'],
  ['198.18.0.0/15', 'Benchmarking', 'unroutable'],
  ['198.51.100.0/24', 'Documentation (TEST-NET-2)', 'unroutable'],
  ['203.0.113.0/24', 'Documentation (TEST-NET-3)', 'unroutable'],
  ['224.0.0.0/4', 'Multicast', 'unroutable'],
  ['240.0.0.0/4', 'Reserved', 'unroutable'],
  ['255.255.255.255/32', 'Limited Broadcast', 'unroutable'],
  ['::/0', 'Reserved by IETF', 'unroutable'],
  ['::/128', 'Unspecified', 'unroutable'],
  ['::1/128', 'Loopback', 'internal'],
  ['64:ff9b::/96', 'IPv4-IPv6 Translation', 'global'],
  ['64:ff9b:1::/48', 'IPv4-IPv6 Translation (local use)', 'unroutable'],
  ['100::/64', 'Discard-Only', 'unroutable'],
  ['100:0:0:1::/64', 'Dummy IPv6 Prefix', 'unroutable'],
  ['2000::/3', 'Global Unicast', 'global'],
  ['2001::/23', 'IETF Protocol Assignments', 'unroutable'],
  ['2001::/32', 'Teredo', 'global'],
  ['2001:1::1/128', 'Port Control Protocol Anycast', 'global'],
  ['2001:1::2/128', 'Traversal Using Relays around NAT Anycast', 'global'],
  ['2001:1::3/128', 'DNS-SD Service Registration Protocol Anycast', 'global'],
  ['2001:2::/48', 'Benchmarking', 'unroutable'],
  ['2001:3::/32', 'AMT', 'global'],
  ['2001:4:112::/48', 'AS112-v6', 'global'],
  ['2001:10::/28', 'Deprecated (ORCHID)', 'unroutable'],
  ['2001:20::/28', 'ORCHIDv2', 'global'],
  ['2001:30::/28', 'Drone Remote ID Protocol Entity Tags', 'global'],
  ['2001:db8::/32', 'Documentation', 'unroutable'],
  ['3fff::/20', 'Documentation', 'unroutable'],
  ['5f00::/16', 'Segment Routing (SRv6) SIDs', 'unroutable'],
  ['fc00::/7', 'Unique-Local', 'internal'],
  ['fe80::/10', 'Link-Local', 'internal'],
  ['ff00::/8', 'Multicast', 'unroutable'],
];

interface Block {
  readonly range: IpRangeSet;
  readonly purpose: SpecialPurpose | undefined;
}

const BLOCKS: Readonly<Record<4 | 6, readonly Block[]>> = { 4: blocksOf(4), 6: blocksOf(6) };

function blocksOf(family: 4 | 6): Block[] {
  return ROWS.map(([text, name, scope]) => ({ prefix: parseIpPrefix(text) as IpPrefix, name, scope }))
    .filter(({ prefix }) => prefix.first.family === family)
    .sort((a, b) => b.prefix.length - a.prefix.length)
    .map(({ prefix, name, scope }) => ({
      range: IpRangeSet.from([prefix]),
      purpose: scope === 'global' ? undefined : { name, scope },
    }));
}

/**
 * What IANA reserves the address for, or `undefined` when it is globally reachable. A transition address is as special
 * as the IPv4 address inside it: `64:ff9b::10.0.0.1` is private.
 */
export function specialPurposeOf(address: IpAddress): SpecialPurpose | undefined {
  const embedded = embeddedIpv4(address);
  if (embedded !== undefined) return specialPurposeOf(embedded);
  return BLOCKS[address.family].find(({ range }) => range.has(address))?.purpose;
}
