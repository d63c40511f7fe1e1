/** What an entry of a feed says about an address. */
export type FeedKind = 'tor' | 'relay' | 'vpn' | 'hosting' | 'crawler' | 'blocklist';

/**
 * How a feed is written.
 * `lines`: an address, a CIDR or `AS64500` first on each line; also geofeed and other CSV.
 * `json-prefixes`: the JSON of the clouds and crawlers.
 * `ndjson`: one JSON object a line, as Spamhaus publishes.
 * `tor-exit-addresses`, `onionoo`: the Tor Project's own.
 * `azure-page`: Microsoft's download page, whose link is followed, or the JSON behind it.
 */
export type FeedFormat = 'lines' | 'json-prefixes' | 'ndjson' | 'tor-exit-addresses' | 'onionoo' | 'azure-page';

/** One list of networks, and where to get it. */
export interface FeedSource {
  /** Unique; lower-case letters, digits and hyphens, because kept copies are named by it. */
  readonly id: string;
  readonly kind: FeedKind;
  readonly format: FeedFormat;
  /** An http or https URL, or the path of a file. May hold a token, so it is never shown in a message. */
  readonly location: string;
  /** Hours after which a download is due again. Infinity for a file that has no rhythm. */
  readonly refreshHours: number;
  /** Publisher and licence, for the page that credits the data. */
  readonly credit: string;
}

/** True when the feed is downloaded, false when it is a file on this machine. */
export function isRemote({ location }: Pick<FeedSource, 'location'>): boolean {
  return /^https?:\/\//i.test(location);
}
