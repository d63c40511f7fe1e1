import { InvalidConfigurationError } from '../../../../common/errors/ip-risk.error.js';
import { isRemote, type FeedKind, type FeedSource } from './feed-source.js';
import { PUBLISHED_FEEDS } from './published-feeds.js';

const KINDS: readonly FeedKind[] = ['tor', 'relay', 'vpn', 'hosting', 'crawler', 'blocklist'];

// The operator's own lists: one for each kind, without a location until the operator names one.
const CUSTOM_FEEDS = KINDS.map((kind): FeedSource => ({
  id: `custom-${kind}`,
  kind,
  format: 'lines',
  location: '',
  refreshHours: 24,
  credit: "The operator's own list",
}));

/** Every name that IP_RISK_FEEDS knows. */
export const FEED_CATALOGUE: Readonly<Record<string, FeedSource>> = Object.fromEntries(
  [...PUBLISHED_FEEDS, ...CUSTOM_FEEDS].map((source) => [source.id, source]),
);

/** The feeds of `default`: those that state one thing, at a stable address, under terms that allow the use. */
export const DEFAULT_FEEDS: readonly string[] = [
  'tor-exits',
  'apple-private-relay',
  'aws',
  'gcp',
  'oracle',
  'digitalocean',
  'linode',
  'vultr',
  'googlebot',
  'bingbot',
  'openai-gptbot',
  'openai-searchbot',
  'openai-chatgpt-user',
  'spamhaus-drop-v4',
  'spamhaus-drop-v6',
  'spamhaus-asndrop',
  'x4bnet-vpn-v4',
  'x4bnet-vpn-v6',
];

/**
 * Reads IP_RISK_FEEDS: `none`, `default`, or a comma list of `default`, NAME and NAME=LOCATION, where LOCATION is an
 * http(s) URL (a comma in it is written %2C) or a path. A location that is given wins over the published one, in any
 * order; every `custom-…` entry is a list of its own.
 *
 * @throws InvalidConfigurationError for a name or location that cannot be meant. It shows names, never a URL.
 */
export function parseFeedList(text: string): FeedSource[] {
  const entries = text.trim() === 'none' ? [] : text.split(',').map((part) => part.trim());
  const chosen = new Map<string, FeedSource>();
  for (const entry of entries.flatMap((part) => (part === 'default' ? DEFAULT_FEEDS : part === '' ? [] : [part]))) {
    const source = readEntry(entry);
    const id = source.id.startsWith('custom-') ? freeId(source.id, chosen) : source.id;
    if (entry.includes('=') || !chosen.has(id)) chosen.set(id, { ...source, id });
  }
  return [...chosen.values()];
}

function readEntry(entry: string): FeedSource {
  const equals = entry.indexOf('=');
  const name = equals < 0 ? entry : entry.slice(0, equals).trim();
  const source = Object.hasOwn(FEED_CATALOGUE, name) ? FEED_CATALOGUE[name] : undefined;
  // What follows a comma inside a URL may be a token: only what looks like a feed's name is shown whole.
  const shown = /^[a-z]+(-[a-z0-9]{1,12})*$/.test(name) ? name : `${name.slice(0, 5)}:`;
  if (source === undefined) throw refused(shown, 'is not a known feed');
  const location = equals < 0 ? source.location : entry.slice(equals + 1).trim();
  if (location === '') throw refused(name, `needs a location: write ${name}=URL or ${name}=PATH`);
  const fault = locationFault(location);
  if (fault !== undefined) throw refused(name, fault);
  // The operator's own file has no rhythm: left alone for a year, it is still what the operator says.
  const hasNoRhythm = name.startsWith('custom-') && !isRemote({ location });
  return { ...source, location, refreshHours: hasNoRhythm ? Number.POSITIVE_INFINITY : source.refreshHours };
}

function locationFault(location: string): string | undefined {
  // One letter before the colon is a Windows drive.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined) return undefined;
  if (scheme !== 'http' && scheme !== 'https') {
    return `has a location with the scheme "${scheme}:"; use http:, https: or the path of a file`;
  }
  if (!isRemote({ location }) || !URL.canParse(location)) return 'has a location that is not a valid URL';
  const { username, password } = new URL(location);
  return username + password === ''
    ? undefined
    : 'has a location with a user name or password in it, which fetch refuses';
}

function freeId(id: string, taken: ReadonlyMap<string, unknown>): string {
  let free = id;
  for (let count = 2; taken.has(free); count += 1) free = `${id}-${count}`;
  return free;
}

function refused(name: string, why: string): InvalidConfigurationError {
  const known = ['none', 'default', ...Object.keys(FEED_CATALOGUE)].join(', ');
  return new InvalidConfigurationError(`IP_RISK_FEEDS: "${shown(name)}" ${why}. Known names: ${known}.`);
}

/** What stands where a name should may be a piece of a URL, and hold a token: it is shown up to the first odd character. */
function shown(name: string): string {
  const head = /^[\w-]{0,40}/.exec(name)?.[0] ?? '';
  return head === name ? name : `${head}…`;
}
