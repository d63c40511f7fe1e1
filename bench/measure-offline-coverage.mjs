// How much of the clouds, relays, VPNs and crawlers that public lists name does the offline provider recognise?
//
//   node scripts/build.mjs && node bench/measure-offline-coverage.mjs FOLDER
//
// FOLDER holds the lists, one CIDR a line: <name>-ipv4_merged.txt, <name>-ipv6_merged.txt, x4bnet-vpn-ipv4.txt, ...
// It asks for 20 addresses of every block, drawn alike in every run, with the data of the installed packages.
// "Announced" are the addresses that the ASN data knows: the others are in no routing table, and no client comes from them.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromIpv4Value, fromIpv6Words } from '../dist/common/ip/ip-address.js';
import { parseIpPrefix } from '../dist/common/ip/ip-prefix.js';
import { parseFeedList } from '../dist/modules/providers/offline/feeds/feed-catalogue.js';
import { offline } from '../dist/modules/providers/offline/offline.provider.js';

const SAMPLES = 20;
const CLOUDS = ['amazon', 'google', 'microsoft', 'oracle', 'digitalocean', 'linode', 'vultr'];
const KINDS = {
  ...Object.fromEntries([...CLOUDS, 'cloudflare'].map((name) => [name, 'hosting'])),
  'apple-proxy': 'relay',
  'x4bnet-vpn': 'vpn',
  googlebot: 'crawler',
  bing: 'crawler',
  openai: 'crawler',
};
const FACT_OF = { hosting: 'isHostingProvider', relay: 'isRelay', vpn: 'isAnonymousVpn', crawler: 'isKnownCrawler' };

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Name the folder with the lists: node bench/measure-offline-coverage.mjs FOLDER');
  process.exit(1);
}

const lists = Object.entries(KINDS).flatMap(([name, kind]) =>
  readdirSync(folder)
    .filter((file) => file.startsWith(`${name}-ipv`) && file.endsWith('.txt'))
    .map((file) => ({
      name,
      kind,
      path: join(folder, file),
      addresses: sample(readFileSync(join(folder, file), 'utf8')),
    })),
);
const named = (...names) => lists.filter(({ name }) => names.includes(name));

const dataDirectory = mkdtempSync(join(tmpdir(), 'offline-coverage-'));
try {
  await measure();
} finally {
  rmSync(dataDirectory, { recursive: true });
}

async function measure() {
  const isHosting = ({ facts }) => facts.isHostingProvider?.value === true;
  await withFeeds([], (ask) => {
    report('Hosting, by the shipped tables alone', ask, [...CLOUDS, 'cloudflare'], CLOUDS, isHosting);
  });
  await withFeeds(named(...CLOUDS, 'cloudflare'), (ask) => {
    report('Hosting, with the lists of the clouds', ask, [...CLOUDS, 'cloudflare'], CLOUDS, isHosting);
  });
  await withFeeds(lists, (ask) => {
    const isRecognised = ({ facts }) => Object.values(FACT_OF).some((name) => facts[name]?.value === true);
    const isAsListed = ({ facts }, kind) => facts[FACT_OF[kind]]?.value === true;
    const all = Object.keys(KINDS);
    report('Relay, VPN, crawler or hosting, with all lists', ask, all, all, isRecognised);
    report('The very kind of its list, with all lists', ask, all, all, isAsListed);
  });
  await withFeeds(named('apple-proxy', 'x4bnet-vpn', ...CLOUDS), (ask) => {
    const relays = named('apple-proxy').flatMap(({ addresses }) => addresses);
    const count = (fact) => relays.filter((address) => ask(address).facts[fact]?.value === true).length;
    console.log('\nPrivate Relay, with the lists of relays, VPNs and clouds');
    console.log(
      `  sampled ${relays.length}, called VPN ${count('isAnonymousVpn')}, called hosting ${count('isHostingProvider')}`,
    );
  });
}

async function withFeeds(chosen, use) {
  const feeds = parseFeedList(chosen.map(({ kind, path }) => `custom-${kind}=${path}`).join(',') || 'none');
  const provider = offline({ dataDirectory, feeds, mayDownload: false, warn: (message) => console.error(message) });
  await provider.start();
  const { signal } = new AbortController();
  use((address) => provider.lookup(address, { signal }));
  await provider.stop();
}

function report(title, ask, names, counted, isHit) {
  const percent = (part, whole) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`).padStart(9);
  const row = (name, { sampled, announced, hits }) => {
    const cells = [sampled, announced, hits].map((count) => String(count).padStart(10));
    console.log(`  ${name.padEnd(14)}${cells.join('')}${percent(hits, announced)}`);
  };
  console.log(`\n${title}\n  ${'list'.padEnd(14)}   sampled announced      hits    share`);
  const total = { sampled: 0, announced: 0, hits: 0 };
  for (const name of names) {
    const sums = { sampled: 0, announced: 0, hits: 0 };
    for (const { kind, addresses } of named(name)) {
      const answers = addresses.map((address) => ask(address));
      const announced = answers.filter(({ network }) => network !== undefined);
      sums.sampled += answers.length;
      sums.announced += announced.length;
      sums.hits += announced.filter((answer) => isHit(answer, kind)).length;
    }
    row(name, sums);
    if (counted.includes(name)) for (const key of Object.keys(total)) total[key] += sums[key];
  }
  row(counted.length === names.length ? 'all' : `all ${counted.length} clouds`, total);
}

/** Seeded by the block itself, so that an address is drawn alike whatever else is in the lists. */
function sample(text) {
  const prefixes = text.split('\n').map((line) => parseIpPrefix(line.trim()));
  return prefixes
    .filter((prefix) => prefix !== undefined)
    .flatMap((prefix) => {
      const draw = seeded(prefix.text);
      return Array.from({ length: SAMPLES }, () => addressWithin(prefix, draw));
    });
}

function addressWithin({ first, last }, draw) {
  const pick = (from, to) => (from | (draw() & (from ^ to))) >>> 0;
  if (first.family === 4) return fromIpv4Value(pick(first.value, last.value));
  return fromIpv6Words(first.words.map((word, index) => pick(word, last.words[index])));
}

/** Unsigned 32-bit numbers out of a text: FNV-1a, then mulberry32. */
function seeded(text) {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
