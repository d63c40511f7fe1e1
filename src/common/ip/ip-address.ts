import { parseIpv4Value } from './ipv4-text.js';
import { formatIpv6, parseIpv6Words, type Ipv6Words } from './ipv6-text.js';

/** An IPv4 address. `text` is dotted decimal; `value` is the same address as an unsigned 32-bit integer. */
export interface Ipv4Address {
  readonly family: 4;
  readonly text: string;
  readonly value: number;
}

/** An IPv6 address. `text` is RFC 5952 canonical; `words` are its four unsigned 32-bit words, most significant first. */
export interface Ipv6Address {
  readonly family: 6;
  readonly text: string;
  readonly words: Ipv6Words;
}

/** An address that {@link parseIpAddress} read: the only form in which an address travels through this library. */
export type IpAddress = Ipv4Address | Ipv6Address;

const LONGEST_IPV6_TEXT = 45;

/**
 * Reads one IP address, strictly: decimal IPv4 of four parts without leading zeros, or RFC 4291 IPv6 without zone,
 * brackets, port or surrounding space. IPv4-mapped IPv6 (`::ffff:a.b.c.d`) comes back as the IPv4 address it is.
 *
 * @returns `undefined` for anything else, and never throws.
 * @example parseIpAddress('::ffff:8.8.8.8')?.text === '8.8.8.8'
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > LONGEST_IPV6_TEXT) return undefined;
  const value = parseIpv4Value(text);
  if (value !== undefined) return { family: 4, text, value };
  const words = parseIpv6Words(text);
  return words === undefined ? undefined : fromIpv6Words(words);
}

/** The address of four 32-bit words, folded to IPv4 when it is an IPv4-mapped one. */
export function fromIpv6Words(words: Ipv6Words): IpAddress {
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return isMapped ? fromIpv4Value(words[3]) : { family: 6, text: formatIpv6(words), words };
}

/** The IPv4 address of an unsigned 32-bit integer. */
export function fromIpv4Value(value: number): Ipv4Address {
  const text = `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  return { family: 4, text, value };
}
