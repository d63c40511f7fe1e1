import { setImmediate } from 'node:timers/promises';
import { entriesOf } from './feed-entries.js';
import type { FeedFormat } from './feed-source.js';
import { FeedTally, type ParsedFeed } from './feed-tally.js';

/** Entries read before other work gets its turn: some 5 ms. */
const SLICE = 500;

/**
 * Reads the text of a feed.
 *
 * @throws InvalidDatasetError with the reason, when the feed is refused as a whole: nothing valid in it, more than a
 * tenth unreadable, or a block wider than /8 (IPv4) or /16 (IPv6).
 */
export function parseFeed(format: FeedFormat, text: string): ParsedFeed {
  const tally = new FeedTally();
  for (const entry of entriesOf(format, text)) tally.add(entry);
  return tally.finish();
}

/**
 * The same, in slices: Apple's list takes seconds, and requests must not wait for it.
 *
 * @param signal rejects with its reason between two slices.
 */
export async function parseFeedInSlices(format: FeedFormat, text: string, signal: AbortSignal): Promise<ParsedFeed> {
  const tally = new FeedTally();
  let count = 0;
  for (const entry of entriesOf(format, text)) {
    tally.add(entry);
    count += 1;
    if (count % SLICE !== 0) continue;
    await setImmediate();
    signal.throwIfAborted();
  }
  return tally.finish();
}
