import { fromIpv4Value, fromIpv6Words, parseIpAddress, type IpAddress } from './ip-address.js';
import { parseIpv6Words, type Ipv6Words } from './ipv6-text.js';

/** A block of addresses in CIDR form; `first` and `last` are its two ends. `text` is canonical. */
export interface IpPrefix {
  readonly text: string;
  readonly length: number;
  readonly first: IpAddress;
  readonly last: IpAddress;
}

/**
 * Reads CIDR text. A bare address is a block of one; a mapped block of /96 or longer is the IPv4 block it stands for.
 *
 * @returns `undefined` for bad text, host bits set, or a mapped block wider than /96 (it would cover all of IPv4 and more).
 */
export function parseIpPrefix(text: string): IpPrefix | undefined {
  const slash = text.indexOf('/');
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = parseIpAddress(addressText);
  if (address === undefined) return undefined;
  const isFolded = address.family === 4 && addressText.includes(':');
  const written = slash < 0 ? undefined : parseLength(text.slice(slash + 1));
  if (slash >= 0 && written === undefined) return undefined;
  const widest = address.family === 4 ? 32 : 128;
  const length = written === undefined ? widest : written - (isFolded ? 96 : 0);
  if (length < 0 || length > widest) return undefined;
  const prefix = prefixOf(address, length);
  return prefix.first.text === address.text ? prefix : undefined;
}

function parseLength(text: string): number | undefined {
  return /^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : undefined;
}

/** The block of `length` bits that holds `address`. */
export function prefixOf(address: IpAddress, length: number): IpPrefix {
  const [first, last] =
    address.family === 4 ? ipv4Ends(address.value, length) : ipv6Ends(address.words, Math.min(length, 128));
  return { text: `${first.text}/${length}`, length, first, last };
}

function ipv4Ends(value: number, length: number): [IpAddress, IpAddress] {
  const mask = maskOf(length);
  return [fromIpv4Value((value & mask) >>> 0), fromIpv4Value((value | ~mask) >>> 0)];
}

function ipv6Ends(words: Ipv6Words, length: number): [IpAddress, IpAddress] {
  const first = words.map((word, index) => (word & maskOf(length - index * 32)) >>> 0);
  const last = words.map((word, index) => (word | ~maskOf(length - index * 32)) >>> 0);
  return [unfolded(first), unfolded(last)];
}

// The ends of a block such as ::/64 stay IPv6, also where an end happens to look IPv4-mapped.
function unfolded(words: readonly number[]): IpAddress {
  const [a = 0, b = 0, c = 0, d = 0] = words;
  const address = fromIpv6Words([a, b, c, d]);
  return address.family === 6 ? address : { family: 6, text: `::ffff:${address.text}`, words: [a, b, c, d] };
}

function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

/**
 * The text under which one client is counted and cached: the address itself for IPv4, its block for IPv6, where a
 * single subscriber holds at least a /64 (RFC 6177) and can change address at will.
 *
 * @param ipv6Length bits of the IPv6 block, 1–128. @default 64
 */
export function prefixKey(address: IpAddress, ipv6Length = 64): string {
  if (address.family === 4) return address.text;
  const words = address.words.map((word, index) => (word & maskOf(ipv6Length - index * 32)) >>> 0);
  return `${unfolded(words).text}/${ipv6Length}`;
}

/** True when `text` is `::ffff:…/n` with n < 96, the form that silently means "all of IPv4". */
export function isWideMappedPrefix(text: string): boolean {
  const [addressText = '', lengthText = ''] = text.split('/');
  const words = parseIpv6Words(addressText);
  const isMapped = words !== undefined && words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  const length = parseLength(lengthText);
  return isMapped && length !== undefined && length < 96;
}
