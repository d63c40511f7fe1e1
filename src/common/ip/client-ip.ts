import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { lastUnquoted, parseForwardedHop, parseForwardedNode } from './forwarded-hop.js';
import { parseIpAddress, type IpAddress } from './ip-address.js';
import { specialPurposeOf } from './special-purpose.js';
import type { TrustedProxies } from './trusted-proxies.js';

/**
 * Why a known address may still not be the client's: a peer that is not in `TRUSTED_PROXIES` sent a header that proxies
 * add, be it the configured one or another (ignored, whatever it says), or a trusted one did not send the configured
 * header (it vanished on the way).
 */
export type ClientIpDoubt = 'header-ignored' | 'header-missing';

/** What is known of the sender of a request. */
export type ClientIp =
  | {
      readonly status: 'known';
      readonly address: IpAddress;
      /** Every hop up to the leftmost is a trusted proxy: the request started inside. */
      readonly internal: boolean;
      readonly doubt: ClientIpDoubt | undefined;
    }
  | { readonly status: 'unknown'; readonly cause: 'peer-unreadable' | 'hop-unreadable' };

export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ClientIpOptions {
  readonly trustedProxies: TrustedProxies;
  /**
   * The one header believed from a trusted proxy: `x-forwarded-for`, `forwarded` (RFC 7239), or one that holds a single
   * address, such as `cf-connecting-ip`. @default 'x-forwarded-for'
   */
  readonly header?: string;
}

/** Reads the client's address out of the socket's peer and the headers, and out of nothing else. */
export class ClientIpResolver {
  private readonly header: string;
  private readonly trusted: TrustedProxies;

  constructor({ trustedProxies, header = 'x-forwarded-for' }: ClientIpOptions) {
    this.trusted = trustedProxies;
    this.header = header.toLowerCase();
    if (!/^[a-z0-9-]+$/.test(this.header)) {
      throw new InvalidConfigurationError(`clientIpHeader: ${JSON.stringify(header)} is not the name of one header.`);
    }
  }

  /** @param peer the socket's remote address; a header never changes the result unless this one is trusted. */
  resolve(peer: string | undefined, headers: RequestHeaders): ClientIp {
    const address = peer === undefined ? undefined : parsePeer(peer);
    if (address === undefined) return { status: 'unknown', cause: 'peer-unreadable' };
    if (!this.trusted.has(address)) {
      const isForwarded = headers[this.header] !== undefined || hasForwardingHeader(headers);
      return known(address, false, isForwarded ? 'header-ignored' : undefined);
    }
    const forwarded = joined(headers[this.header]);
    if (forwarded === '') return known(address, true, 'header-missing');
    return this.isList ? this.walk(forwarded) : this.single(forwarded);
  }

  private get isList(): boolean {
    return this.header === 'x-forwarded-for' || this.header === 'forwarded';
  }

  /** From the right, past every trusted hop: the first stranger is the client. Cost is bounded by the trusted hops. */
  private walk(forwarded: string): ClientIp {
    const isRfc7239 = this.header === 'forwarded';
    const parse = isRfc7239 ? parseForwardedNode : parseForwardedHop;
    let end = forwarded.length;
    for (;;) {
      const comma = isRfc7239 ? lastUnquoted(forwarded, ',', end) : forwarded.lastIndexOf(',', end - 1);
      const hop = parse(forwarded.slice(comma + 1, end));
      if (hop === undefined) return { status: 'unknown', cause: 'hop-unreadable' };
      // An inner stranger that hands on for others is a proxy that nobody listed; a public one may be a client that lies.
      if (!this.trusted.has(hop)) return known(hop, false, comma > 0 && isInternal(hop) ? 'header-ignored' : undefined);
      if (comma <= 0) return comma === 0 ? { status: 'unknown', cause: 'hop-unreadable' } : known(hop, true, undefined);
      end = comma;
    }
  }

  private single(forwarded: string): ClientIp {
    const hop = parseForwardedHop(forwarded);
    if (hop === undefined) return { status: 'unknown', cause: 'hop-unreadable' };
    return known(hop, this.trusted.has(hop), undefined);
  }
}

function isInternal(address: IpAddress): boolean {
  return specialPurposeOf(address)?.scope === 'internal';
}

function known(address: IpAddress, internal: boolean, doubt: ClientIpDoubt | undefined): ClientIp {
  return { status: 'known', address, internal, doubt };
}

/** Presence only: an empty one was sent by somebody, too. Spelt out, because fixed names are the fastest to look up. */
function hasForwardingHeader(headers: RequestHeaders): boolean {
  return (
    headers['x-forwarded-for'] !== undefined ||
    headers['forwarded'] !== undefined ||
    headers['x-real-ip'] !== undefined ||
    headers['true-client-ip'] !== undefined ||
    headers['cf-connecting-ip'] !== undefined ||
    headers['via'] !== undefined
  );
}

/** Node writes a link-local peer with the zone it was seen in, `fe80::1%eth0`; the kernel says so, not the client. */
function parsePeer(peer: string): IpAddress | undefined {
  const zone = peer.indexOf('%');
  if (zone < 0) return parseIpAddress(peer);
  const address = parseIpAddress(peer.slice(0, zone));
  const isLinkLocal = address?.family === 6 && address.words[0] >>> 22 === 0xfe80 >>> 6;
  return isLinkLocal ? address : undefined;
}

/** Node joins repeated lines itself; HTTP/2 and injected requests may hand over an array. */
function joined(value: string | readonly string[] | undefined): string {
  if (value === undefined) return '';
  return (typeof value === 'string' ? value : value.join(',')).trim();
}
