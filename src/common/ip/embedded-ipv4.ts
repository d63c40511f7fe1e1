import { fromIpv4Value, type IpAddress, type Ipv4Address } from './ip-address.js';

/**
 * The IPv4 address that a transition address carries, or `undefined`: NAT64 `64:ff9b::/96` (RFC 6052), 6to4 `2002::/16`
 * (RFC 3056) and Teredo `2001::/32`, whose client address is stored inverted (RFC 4380 §4).
 */
export function embeddedIpv4(address: IpAddress): Ipv4Address | undefined {
  if (address.family === 4) return undefined;
  const [a, b, c, d] = address.words;
  if (a === 0x0064ff9b && b === 0 && c === 0) return fromIpv4Value(d);
  if (a >>> 16 === 0x2002) return fromIpv4Value((((a & 0xffff) << 16) | (b >>> 16)) >>> 0);
  if (a === 0x20010000) return fromIpv4Value(~d >>> 0);
  return undefined;
}

/** The address to look up: the IPv4 address behind a transition address, otherwise the address itself. */
export function effectiveAddress(address: IpAddress): IpAddress {
  return embeddedIpv4(address) ?? address;
}
