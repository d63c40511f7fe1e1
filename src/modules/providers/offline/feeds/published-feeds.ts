import type { FeedFormat, FeedKind, FeedSource } from './feed-source.js';

const TOR = 'The Tor Project, public data';
const X4BNET = 'X4BNet/lists_vpn, MIT';
const SPAMHAUS = 'The Spamhaus Project, DROP: free to use with this credit';
const OPENAI = 'OpenAI, published ranges';

// Hours. Tor exits change within the hour; the others are published once a day or less often. Spamhaus blocks whoever
// fetches more than about once in 12-24 hours.
const HOURLY = 1;
const DAILY = 24;

type Row = readonly [id: string, location: string, credit: string];

function feeds(kind: FeedKind, format: FeedFormat, refreshHours: number, rows: readonly Row[]): FeedSource[] {
  return rows.map(([id, location, credit]) => ({ id, kind, format, location, refreshHours, credit }));
}

/** Lists that their publishers offer for download. Addresses as of 2026-08; each can be replaced in IP_RISK_FEEDS. */
export const PUBLISHED_FEEDS: readonly FeedSource[] = [
  ...feeds('tor', 'lines', HOURLY, [['tor-exits', 'https://check.torproject.org/torbulkexitlist', TOR]]),
  ...feeds('tor', 'tor-exit-addresses', HOURLY, [
    ['tor-exit-addresses', 'https://check.torproject.org/exit-addresses', TOR],
  ]),
  // The only source of IPv6 exits.
  ...feeds('tor', 'onionoo', HOURLY, [
    [
      'tor-onionoo',
      'https://onionoo.torproject.org/details?running=true&flag=Exit&fields=exit_addresses,or_addresses',
      TOR,
    ],
  ]),
  ...feeds('relay', 'lines', DAILY, [
    ['apple-private-relay', 'https://mask-api.icloud.com/egress-ip-ranges.csv', 'Apple, iCloud Private Relay egress'],
    // Cloudflare's ranges carry Private Relay and WARP egress beside its proxies and Workers. People sit behind those,
    // so the ranges are never called hosting; and as only some of them do, the feeds are not in the default set.
    ['cloudflare-v4', 'https://www.cloudflare.com/ips-v4/', 'Cloudflare, published ranges'],
    ['cloudflare-v6', 'https://www.cloudflare.com/ips-v6/', 'Cloudflare, published ranges'],
  ]),
  // X4BNet lists nearly every Private Relay range as VPN: ask for `relay` before `vpn`.
  ...feeds('vpn', 'lines', DAILY, [
    ['x4bnet-vpn-v4', 'https://raw.githubusercontent.com/X4BNet/lists_vpn/main/output/vpn/ipv4.txt', X4BNET],
    ['x4bnet-vpn-v6', 'https://raw.githubusercontent.com/X4BNet/lists_vpn/main/output/vpn/ipv6.txt', X4BNET],
  ]),
  ...feeds('hosting', 'json-prefixes', DAILY, [
    ['aws', 'https://ip-ranges.amazonaws.com/ip-ranges.json', 'Amazon Web Services, published ranges'],
    ['gcp', 'https://www.gstatic.com/ipranges/cloud.json', 'Google Cloud, published ranges'],
    // Google's own services: holds its crawlers and the proxies of its users too, so not in the default set.
    ['google-services', 'https://www.gstatic.com/ipranges/goog.json', 'Google, published ranges'],
    ['oracle', 'https://docs.oracle.com/en-us/iaas/tools/public_ip_ranges.json', 'Oracle Cloud, published ranges'],
  ]),
  // Microsoft gives the file a new name every week. The page is made for people and may change, so it is not in the
  // default set; a mirror of ServiceTags_Public_*.json can be named instead.
  ...feeds('hosting', 'azure-page', DAILY, [
    ['azure', 'https://www.microsoft.com/en-us/download/details.aspx?id=56519', 'Microsoft Azure, service tags'],
  ]),
  ...feeds('hosting', 'lines', DAILY, [
    ['digitalocean', 'https://www.digitalocean.com/geo/google.csv', 'DigitalOcean, geofeed'],
    ['linode', 'https://geoip.linode.com/', 'Akamai (Linode), geofeed'],
    ['vultr', 'https://geofeed.constant.com/?text', 'Vultr, geofeed'],
  ]),
  ...feeds('crawler', 'json-prefixes', DAILY, [
    ['googlebot', 'https://developers.google.com/search/apis/ipranges/googlebot.json', 'Google, published ranges'],
    ['bingbot', 'https://www.bing.com/toolbox/bingbot.json', 'Microsoft Bing, published ranges'],
    ['openai-gptbot', 'https://openai.com/gptbot.json', OPENAI],
    ['openai-searchbot', 'https://openai.com/searchbot.json', OPENAI],
    ['openai-chatgpt-user', 'https://openai.com/chatgpt-user.json', OPENAI],
  ]),
  ...feeds('blocklist', 'ndjson', DAILY, [
    ['spamhaus-drop-v4', 'https://www.spamhaus.org/drop/drop_v4.json', SPAMHAUS],
    ['spamhaus-drop-v6', 'https://www.spamhaus.org/drop/drop_v6.json', SPAMHAUS],
    ['spamhaus-asndrop', 'https://www.spamhaus.org/drop/asndrop.json', SPAMHAUS],
  ]),
  // Many sources under many licences, and private ranges (which the reader drops): for those who choose it.
  ...feeds('blocklist', 'lines', DAILY, [
    [
      'firehol-level1',
      'https://iplists.firehol.org/files/firehol_level1.netset',
      'FireHOL level1; each source under its own licence',
    ],
  ]),
];
