import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { jsonPrefixEntries, onionooEntries } from './json-feed-entries.js';
import type { FeedFormat } from './feed-source.js';

/** One entry as it is written: address or CIDR text, an AS number, or `undefined` for what cannot be read. */
export type FeedEntry = string | number | undefined;

const READERS: Readonly<Record<FeedFormat, (text: string) => Iterable<FeedEntry>>> = {
  lines: lineEntries,
  'json-prefixes': jsonPrefixEntries,
  ndjson: ndjsonEntries,
  'tor-exit-addresses': torExitEntries,
  onionoo: onionooEntries,
  // The page itself is for the downloader to follow: what is kept and read is the JSON behind it.
  'azure-page': jsonPrefixEntries,
};

/**
 * The entries of a feed, in its own order. Comments, headers and metadata are skipped.
 *
 * @throws InvalidDatasetError when the text is not in the format at all.
 */
export function entriesOf(format: FeedFormat, text: string): Iterable<FeedEntry> {
  if (/^[\s\uFEFF]*</.test(text)) throw new InvalidDatasetError('It is an HTML or XML page, not a list.');
  return READERS[format](text);
}

function* lineEntries(text: string): Generator<FeedEntry> {
  for (const line of linesOf(text)) {
    const field = /^[\s"]*([^\s,;#"]*)/.exec(line)?.[1] ?? '';
    if (field === '') continue;
    const asn = /^AS(\d{1,10})$/i.exec(field)?.[1];
    yield asn === undefined ? field : Number(asn);
  }
}

// Spamhaus adds one object about the list itself, without cidr or asn; a second one is a fault.
function* ndjsonEntries(text: string): Generator<FeedEntry> {
  let hasMetadata = false;
  for (const line of linesOf(text)) {
    if (line.trim() === '') continue;
    const entry = ndjsonEntry(line);
    if (entry === 'metadata' && !hasMetadata) hasMetadata = true;
    else yield entry === 'metadata' ? undefined : entry;
  }
}

function ndjsonEntry(line: string): FeedEntry {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof row !== 'object' || row === null) return undefined;
  if ('cidr' in row) return typeof row.cidr === 'string' ? row.cidr : undefined;
  if ('asn' in row) return typeof row.asn === 'number' ? row.asn : undefined;
  return 'metadata';
}

const TOR_OTHER_LINES = new Set(['ExitNode', 'Published', 'LastStatus']);

function* torExitEntries(text: string): Generator<FeedEntry> {
  for (const line of linesOf(text)) {
    const [keyword = '', value] = line.trim().split(/\s+/, 2);
    if (keyword === 'ExitAddress') yield value;
    else if (keyword !== '' && !TOR_OTHER_LINES.has(keyword)) yield undefined;
  }
}

/** Line by line, because splitting Apple's list at once makes 287,000 strings that all live at the same time. */
function* linesOf(text: string): Generator<string> {
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    yield text.slice(start, end);
    start = end + 1;
  }
}
