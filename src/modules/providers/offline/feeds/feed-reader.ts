import type { Clock } from '../../../../common/clock/clock.js';
import type { IpAddress } from '../../../../common/ip/ip-address.js';
import type { IpRangeSet } from '../../../../common/ip/ip-range-set.js';
import { DownloadLanes } from './download-lanes.js';
import type { FeedHealth } from './feed-health.js';
import { FeedRecord } from './feed-record.js';
import { isRemote, type FeedKind, type FeedSource } from './feed-source.js';
import { FeedStore } from './feed-store.js';
import { LocalFeed } from './local-feed.js';
import { RemoteFeed } from './remote-feed.js';

export type { FeedHealth } from './feed-health.js';

export interface FeedReaderOptions {
  readonly sources: readonly FeedSource[];
  /** Where copies of downloads are kept, made when missing; `undefined` keeps them in memory only. */
  readonly directory: string | undefined;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  /** False reads files and kept copies only. */
  readonly mayDownload: boolean;
  /** Called once for every feed that is replaced, when its new content is in use. */
  readonly onLoaded: () => void;
  /** Told what went wrong, in sentences without URL or path; once until the feed is well again. */
  readonly warn: (message: string) => void;
  /** 0–1, spreads retries. @default Math.random */
  readonly random?: () => number;
}

interface LoadedFeed {
  readonly id: string;
  readonly ranges: IpRangeSet;
  readonly asns: ReadonlySet<number>;
}

const DOWNLOADS_AT_A_TIME = 2;
const LONGEST_START_MS = 1000;
/** Public VPN lists hold nearly all of iCloud Private Relay: without the relay list, its users look like VPN users. */
const LOADED_FIRST: readonly FeedKind[] = ['relay', 'tor'];

/** Keeps the configured feeds loaded and fresh, and answers out of memory. */
export class FeedReader {
  /** In the order of the sources, which is the order of answers. */
  private readonly records: readonly FeedRecord[];
  /** In the order of loading. */
  private readonly feeds: readonly (LocalFeed | RemoteFeed)[];
  private readonly stopping = new AbortController();
  private loading: Promise<void> = Promise.resolve();
  private byKind: Readonly<Record<FeedKind, readonly LoadedFeed[]>> = indexOf([]);

  constructor(private readonly options: FeedReaderOptions) {
    const { sources, directory, clock, fetch, mayDownload, onLoaded, warn, random = Math.random } = options;
    const { signal } = this.stopping;
    const store = directory === undefined ? undefined : new FeedStore(directory, warn);
    const lanes = new DownloadLanes(DOWNLOADS_AT_A_TIME);
    const onReplaced = (): void => {
      this.byKind = indexOf(this.records);
      onLoaded();
    };
    this.records = sources.map((source) => new FeedRecord({ source, signal, onReplaced, warn }));
    this.feeds = inLoadingOrder(this.records).map((record) =>
      isRemote(record.source)
        ? new RemoteFeed({ record, store, lanes, clock, fetch, random, mayDownload, signal })
        : new LocalFeed(record, clock, signal),
    );
  }

  /**
   * Loads files and kept copies: relays first, then Tor, then the rest, so that no VPN list is in use before the relay
   * list that explains it. Returns when they are loaded, or after a second while the loading goes on in the background.
   * Downloads begin when all is loaded, and are never waited for. Never rejects: a feed that fails says so in `health`.
   */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancelTimer = this.options.clock.after(LONGEST_START_MS, resolve);
      this.loading = this.load().finally(() => {
        cancelTimer();
        resolve();
      });
    });
  }

  /** Cancels loading, timers and downloads, and resolves when the last has ended. What is loaded still answers. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loading;
    await Promise.all(this.feeds.map((feed) => feed.stop()));
  }

  /**
   * The first feed of that kind that lists the address, in the order of the sources. One subscriber holds an IPv6 /64, so
   * a listed address marks its whole block: all addresses of a /64 get the same answer, as they share one verdict.
   */
  find(kind: FeedKind, address: IpAddress): string | undefined {
    for (const { id, ranges } of this.byKind[kind]) if (ranges.overlapsBlockOf(address)) return id;
    return undefined;
  }

  /** The first feed of that kind that lists the AS number. */
  findAsn(kind: FeedKind, asn: number): string | undefined {
    for (const { id, asns } of this.byKind[kind]) if (asns.has(asn)) return id;
    return undefined;
  }

  health(): readonly FeedHealth[] {
    const now = this.options.clock.now();
    return this.records.map((record) => record.health(now));
  }

  private async load(): Promise<void> {
    // One after the other: each is in memory as text while it is read.
    for (const feed of this.feeds) {
      if (this.stopping.signal.aborted) return;
      // A feed notes its own failures. What gets out all the same, as a `warn` that throws, costs no other list.
      await feed.load().catch(() => undefined);
    }
    for (const feed of this.feeds) feed.begin();
  }
}

function inLoadingOrder(records: readonly FeedRecord[]): readonly FeedRecord[] {
  const first = LOADED_FIRST.flatMap((kind) => records.filter(({ source }) => source.kind === kind));
  return [...first, ...records.filter(({ source }) => !LOADED_FIRST.includes(source.kind))];
}

function indexOf(records: readonly FeedRecord[]): Record<FeedKind, readonly LoadedFeed[]> {
  const index: Record<FeedKind, LoadedFeed[]> = {
    tor: [],
    relay: [],
    vpn: [],
    hosting: [],
    crawler: [],
    blocklist: [],
  };
  for (const { source, content } of records) {
    if (content !== undefined) index[source.kind].push({ id: source.id, ...content });
  }
  return index;
}
