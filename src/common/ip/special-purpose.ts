import { embeddedIpv4 } from './embedded-ipv4.js';
import type { IpAddress } from './ip-address.js';
import { parseIpPrefix, type IpPrefix } from './ip-prefix.js';
import { indexInIpv4Ranges, indexInIpv6Ranges } from './range-search.js';

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

/** Sorted, disjoint blocks, each with what the longest row that holds it says. */
interface Blocks {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly purposes: readonly (SpecialPurpose | undefined)[];
}

const WORDS = { 4: 1, 6: 4 } as const;
const BLOCKS: Readonly<Record<4 | 6, Blocks>> = { 4: blocksOf(4), 6: blocksOf(6) };

/** Cuts nested rows into disjoint blocks at every row's start and behind its end. */
function blocksOf(family: 4 | 6): Blocks {
  const rows = ROWS.map(([text, name, scope]) => ({ prefix: parseIpPrefix(text) as IpPrefix, name, scope }))
    .filter(({ prefix }) => prefix.first.family === family)
    .map((row) => ({ ...row, first: numberOf(row.prefix.first), last: numberOf(row.prefix.last) }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  const cuts = [...new Set(rows.flatMap(({ first, last }) => [first, last + 1n]))].sort((a, b) => (a < b ? -1 : 1));
  const blocks = cuts.flatMap((first, index) => {
    const row = rows.find((one) => one.first <= first && first <= one.last);
    const last = (cuts[index + 1] ?? first + 1n) - 1n;
    return row === undefined ? [] : [{ first, last, row }];
  });
  return {
    starts: Uint32Array.from(blocks.flatMap(({ first }) => wordsOf(first, family))),
    ends: Uint32Array.from(blocks.flatMap(({ last }) => wordsOf(last, family))),
    purposes: blocks.map(({ row: { name, scope } }) => (scope === 'global' ? undefined : { name, scope })),
  };
}

function numberOf(address: IpAddress): bigint {
  const words: readonly number[] = address.family === 4 ? [address.value] : address.words;
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

function wordsOf(value: bigint, family: 4 | 6): number[] {
  return Array.from({ length: WORDS[family] }, (_, index) =>
    Number((value >> BigInt(32 * (WORDS[family] - 1 - index))) & 0xffffffffn),
  );
}

/**
 * What IANA reserves the address for, or `undefined` when it is globally reachable. A transition address is as special
 * as the IPv4 address inside it: `64:ff9b::10.0.0.1` is private.
 */
export function specialPurposeOf(address: IpAddress): SpecialPurpose | undefined {
  const embedded = embeddedIpv4(address);
  if (embedded !== undefined) return specialPurposeOf(embedded);
  const { starts, ends, purposes } = BLOCKS[address.family];
  const index =
    address.family === 4
      ? indexInIpv4Ranges(starts, ends, address.value)
      : indexInIpv6Ranges(starts, ends, address.words);
  return index < 0 ? undefined : purposes[index];
}
