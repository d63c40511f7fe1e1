import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { parseForwardedHop } from '../../../../common/ip/forwarded-hop.js';

type Entry = string | undefined;

// Documented keys only: anything else in the file (a region, a note, a key added later) is never taken for a range.
const PREFIX_KEYS = new Set(['ip_prefix', 'ipv6_prefix', 'ipv4Prefix', 'ipv6Prefix', 'cidr']);
const CONTAINER_KEYS = new Set(['prefixes', 'ipv6_prefixes', 'values', 'properties', 'regions', 'cidrs']);

/** Ranges of AWS, Google, Bing, OpenAI, Oracle and Azure. */
export function* jsonPrefixEntries(text: string): Generator<Entry> {
  const root = parseJson(text);
  if (typeof root !== 'object' || root === null) throw notTheFormat();
  yield* prefixesIn(root, 0);
}

function* prefixesIn(node: unknown, depth: number): Generator<Entry> {
  // The deepest documented path is values[].properties.addressPrefixes: 4.
  if (typeof node !== 'object' || node === null || depth > 5) return;
  if (Array.isArray(node)) {
    for (const item of node) yield* prefixesIn(item, depth + 1);
    return;
  }
  for (const [key, value] of Object.entries(node)) {
    if (PREFIX_KEYS.has(key)) yield textOf(value);
    else if (key === 'addressPrefixes') yield* textsOf(value);
    else if (CONTAINER_KEYS.has(key)) yield* prefixesIn(value, depth + 1);
  }
}

/**
 * Tor exits as Onionoo lists them. `exit_addresses` is left out for a relay that exits where it listens, and holds no
 * IPv6, so the IPv6 addresses a relay listens on count as well.
 */
export function* onionooEntries(text: string): Generator<Entry> {
  const root = parseJson(text);
  if (typeof root !== 'object' || root === null || !('relays' in root) || !Array.isArray(root.relays)) {
    throw notTheFormat();
  }
  for (const relay of root.relays as unknown[]) {
    if (typeof relay !== 'object' || relay === null) yield undefined;
    else yield* relayEntries(relay);
  }
}

function* relayEntries(relay: object): Generator<Entry> {
  if ('exit_addresses' in relay) yield* textsOf(relay.exit_addresses);
  if (!('or_addresses' in relay)) return;
  for (const text of textsOf(relay.or_addresses)) {
    const address = text === undefined ? undefined : parseForwardedHop(text);
    if (address?.family !== 4) yield address?.text;
  }
}

function textsOf(value: unknown): Entry[] {
  return Array.isArray(value) ? value.map(textOf) : [undefined];
}

function textOf(value: unknown): Entry {
  return typeof value === 'string' ? value : undefined;
}

// Bing's file has come with a byte-order mark and other unprintable characters, which JSON.parse refuses.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/[^\x20-\x7E\n\r\t]+/g, ''));
  } catch {
    throw new InvalidDatasetError('It is not JSON, or it was cut short.');
  }
}

function notTheFormat(): InvalidDatasetError {
  return new InvalidDatasetError('It is JSON, but not the documented format.');
}
