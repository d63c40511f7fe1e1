import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { RecentMap } from '../recent/recent-map.js';
import { lastUnquoted, parseForwardedHop, parseForwardedNode } from './forwarded-hop.js';
import { fromIpv4Value, parseIpAddress, type IpAddress } from './ip-address.js';
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

/** Characters of a text that is remembered; callers choose how long it is. An address takes 45 at most. */
const LONGEST_REMEMBERED = 64;

interface Peer {
  readonly address: IpAddress;
  readonly isTrusted: boolean;
}

/**
 * Reads the client's address out of the socket's peer and the headers, and out of nothing else. What a peer's text and a
 * trusted proxy's header mean is remembered by the whole of that text, on which alone it depends.
 */
export class ClientIpResolver {
  private readonly header: string;
  private readonly trusted: TrustedProxies;
  private readonly peers = new RecentMap<string, Peer>();
  /** Of the header's text by a trusted peer, whichever it is: nothing else of the request has a say in them. */
  private readonly forwarded = new RecentMap<string, ClientIp>();

  constructor({ trustedProxies, header = 'x-forwarded-for' }: ClientIpOptions) {
    this.trusted = trustedProxies;
    this.header = header.toLowerCase();
    if (!/^[a-z0-9-]+$/.test(this.header)) {
      throw new InvalidConfigurationError(`clientIpHeader: ${JSON.stringify(header)} is not the name of one header.`);
    }
  }

  /** @param peer the socket's remote address; a header never changes the result unless this one is trusted. */
  resolve(peer: string | undefined, headers: RequestHeaders): ClientIp {
    const from = peer === undefined ? undefined : (this.peers.get(peer) ?? this.readPeer(peer));
    if (from === undefined) return { status: 'unknown', cause: 'peer-unreadable' };
    const value = headers[this.header];
    if (!from.isTrusted) {
      const isForwarded = value !== undefined || hasForwardingHeader(headers);
      return known(from.address, false, isForwarded ? 'header-ignored' : undefined);
    }
    const forwarded = joined(value);
    if (forwarded === '') return known(from.address, true, 'header-missing');
    return this.forwarded.get(forwarded) ?? this.readForwarded(forwarded);
  }

  private readPeer(text: string): Peer | undefined {
    const address = parsePeer(text);
    if (address === undefined) return undefined;
    const peer = { address, isTrusted: this.trusted.has(address) };
    if (text.length <= LONGEST_REMEMBERED) this.peers.set(text, peer);
    return peer;
  }

  private readForwarded(text: string): ClientIp {
    const isList = this.header === 'x-forwarded-for' || this.header === 'forwarded';
    const client = apart(isList ? this.walk(text) : this.single(text), text);
    // What nobody can read is rare and cheap to refuse again; it drives no client out.
    if (client.status === 'known' && text.length <= LONGEST_REMEMBERED) this.forwarded.set(text, client);
    return client;
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

/**
 * The same client with a text of its own: V8 keeps the whole header for as long as a piece cut out of it lives, and caches
 * keep addresses for hours while callers choose how long a header is.
 */
function apart(client: ClientIp, header: string): ClientIp {
  if (client.status === 'unknown' || client.address.family === 6 || client.address.text === header) return client;
  return { ...client, address: fromIpv4Value(client.address.value) };
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
