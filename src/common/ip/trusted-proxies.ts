import { inspect } from 'node:util';
import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import type { IpAddress } from './ip-address.js';
import { isWideMappedPrefix, parseIpPrefix, type IpPrefix } from './ip-prefix.js';
import { IpRangeSet } from './ip-range-set.js';
import { NAMED_NETWORKS } from './named-networks.js';

/** Wider blocks than these hold other people's addresses: nobody runs proxies on more than a /8, or a /16 of IPv6. */
const WIDEST = { 4: 8, 6: 16 } as const;
/** Except these, which hold no strangers: unique-local and link-local addresses. */
const LOCAL = IpRangeSet.from(['fc00::/7', 'fe80::/10'].map((text) => parseIpPrefix(text) as IpPrefix));

/** The proxies whose forwarded headers are believed. Empty by default: then no header is ever believed. */
export class TrustedProxies {
  static readonly NONE = new TrustedProxies(IpRangeSet.EMPTY);

  private constructor(private readonly ranges: IpRangeSet) {}

  /**
   * @param entries CIDRs, addresses, and names of {@link NAMED_NETWORKS}.
   * @throws InvalidConfigurationError for anything that would believe strangers: `true`, a hop count, `/0`, and
   * `::ffff:a.b.c.d/n` with n < 96, which covers all of IPv4.
   */
  static from(entries: unknown): TrustedProxies {
    if (!Array.isArray(entries)) throw refused(entries, 'is not a list of networks');
    const prefixes = entries.flatMap((entry: unknown) => prefixesOf(entry));
    return prefixes.length === 0 ? TrustedProxies.NONE : new TrustedProxies(IpRangeSet.from(prefixes));
  }

  has(address: IpAddress): boolean {
    return this.ranges.has(address);
  }
}

function prefixesOf(entry: unknown): IpPrefix[] {
  if (typeof entry !== 'string') throw refused(entry, 'is not a network');
  const named = Object.hasOwn(NAMED_NETWORKS, entry) ? NAMED_NETWORKS[entry] : undefined;
  if (named !== undefined) return named.prefixes.map((text) => parseIpPrefix(text) as IpPrefix);
  if (entry === 'true') throw refused(entry, 'trusts every sender, so anybody could choose their own address');
  if (/^\d+$/.test(entry)) {
    throw refused(entry, 'is a hop count, which a client that connects directly can satisfy with a forged header');
  }
  if (isWideMappedPrefix(entry)) throw refused(entry, 'covers every IPv4 address');
  const prefix = parseIpPrefix(entry);
  if (prefix === undefined) throw refused(entry, 'is not a network in CIDR form without host bits');
  const isLocal = LOCAL.has(prefix.first) && LOCAL.has(prefix.last);
  if (prefix.length < WIDEST[prefix.first.family] && !isLocal) {
    throw refused(entry, `is wider than /${WIDEST[prefix.first.family]}, so it trusts strangers`);
  }
  return [prefix];
}

function refused(entry: unknown, why: string): InvalidConfigurationError {
  const names = Object.keys(NAMED_NETWORKS).join(', ');
  const shown = typeof entry === 'string' ? JSON.stringify(entry) : inspect(entry, { depth: 0, breakLength: Infinity });
  return new InvalidConfigurationError(
    `TRUSTED_PROXIES: ${shown} ${why}. List the networks of your own proxies, such as 10.1.0.0/16, or names out of: ${names}.`,
  );
}
