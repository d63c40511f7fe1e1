import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { IpRangeSet } from '../../../../common/ip/ip-range-set.js';
import { sentenceOf } from './feed-failure.js';
import { parseFeedInSlices } from './feed-formats.js';
import type { FeedHealth } from './feed-health.js';
import type { FeedSource } from './feed-source.js';

/** What of a feed is in use. */
export interface FeedContent {
  readonly ranges: IpRangeSet;
  readonly asns: ReadonlySet<number>;
  readonly entries: number;
}

export interface FeedRecordOptions {
  readonly source: FeedSource;
  readonly signal: AbortSignal;
  readonly onReplaced: () => void;
  readonly warn: (message: string) => void;
}

const STALE_AFTER_REFRESHES = 3;
/** Amazon, the largest publisher, has about a fortieth of the space. */
const MOST_IPV4 = 2 ** 28;

/** One feed: what is in use of it, since when, and what went wrong last. */
export class FeedRecord {
  readonly source: FeedSource;
  private readonly options: FeedRecordOptions;
  private current: (FeedContent & { readonly digest: string }) | undefined;
  private confirmedAt = 0;
  private lastError: string | undefined;

  constructor(options: FeedRecordOptions) {
    this.options = options;
    this.source = options.source;
  }

  get content(): FeedContent | undefined {
    return this.current;
  }

  /**
   * Puts new bytes in use, unless they are the ones in use already. They are read and checked before anything is replaced.
   *
   * @param digest SHA-256 of the bytes.
   * @param at when they were delivered, in milliseconds since 1970.
   * @throws InvalidDatasetError when they are refused, or the signal's reason; what is in use stays.
   */
  async take(bytes: Buffer, digest: string, at: number): Promise<void> {
    const { signal, onReplaced } = this.options;
    if (this.current?.digest === digest) {
      this.confirm(at);
      return;
    }
    const { prefixes, asns, entries } = await parseFeedInSlices(this.source.format, bytes.toString('utf8'), signal);
    signal.throwIfAborted();
    const ranges = IpRangeSet.from(prefixes);
    if (ranges.ipv4Count > MOST_IPV4) {
      throw new InvalidDatasetError(
        'It covers more than a sixteenth of all IPv4 addresses, which no such list can mean.',
      );
    }
    this.current = { digest, ranges, asns: new Set(asns), entries };
    this.confirm(at);
    onReplaced();
  }

  /** The publisher says that what is in use is still so. */
  confirm(at: number): void {
    this.confirmedAt = at;
    this.lastError = undefined;
  }

  /** Warns at the first failure of a row, not at each: retries go on for as long as the publisher is away. */
  fail(error: unknown): void {
    const sentence = sentenceOf(error);
    if (this.lastError === undefined) {
      const state = this.current === undefined ? 'Nothing of it is in use.' : 'What was loaded before stays in use.';
      this.options.warn(`Feed "${this.source.id}" was not loaded. ${sentence} ${state}`);
    }
    this.lastError = sentence;
  }

  /** @param now milliseconds since 1970. */
  health(now: number): FeedHealth {
    const { id, kind, credit, refreshHours } = this.source;
    const { current, lastError } = this;
    if (current === undefined) {
      return { id, kind, status: 'missing', entries: 0, loadedAt: undefined, ageSeconds: undefined, lastError, credit };
    }
    const ageSeconds = Math.max(0, Math.floor((now - this.confirmedAt) / 1000));
    const isStale = ageSeconds > STALE_AFTER_REFRESHES * refreshHours * 3600;
    const status = isStale ? 'stale' : 'loaded';
    const loadedAt = new Date(this.confirmedAt).toISOString();
    return { id, kind, status, entries: current.entries, loadedAt, ageSeconds, lastError, credit };
  }
}
