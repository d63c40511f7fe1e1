import type { Clock } from '../../../../common/clock/clock.js';
import type { DownloadLanes } from './download-lanes.js';
import { downloadFeed } from './feed-download.js';
import { FeedFailure } from './feed-failure.js';
import type { FeedRecord } from './feed-record.js';
import { digestOf, type FeedStore, type KeptFeed } from './feed-store.js';

export interface RemoteFeedOptions {
  readonly record: FeedRecord;
  /** `undefined` keeps no copies. */
  readonly store: FeedStore | undefined;
  readonly lanes: DownloadLanes;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  readonly random: () => number;
  readonly mayDownload: boolean;
  readonly signal: AbortSignal;
}

const HOUR_MS = 3_600_000;
const FIRST_RETRY_MS = 60_000;

/** A feed that is downloaded when it is due, and again later when that fails. */
export class RemoteFeed {
  private inUse: Omit<KeptFeed, 'bytes'> | undefined;
  private failures = 0;
  private running: Promise<void> = Promise.resolve();
  private cancelTimer: () => void = () => undefined;

  constructor(private readonly options: RemoteFeedOptions) {}

  /** Puts the kept copy in use, if there is a good one. */
  async load(): Promise<void> {
    const { record, store, clock, mayDownload, signal } = this.options;
    try {
      const kept = await store?.read(record.source);
      // A clock that was set back must not make the copy look fresh until it has caught up.
      if (kept !== undefined) await this.use({ ...kept, fetchedAt: Math.min(kept.fetchedAt, clock.now()) });
    } catch {
      // A copy this version refuses is as good as none: it is downloaded anew.
    }
    if (this.inUse === undefined && !mayDownload && !signal.aborted) {
      record.fail(new FeedFailure('Downloads are switched off, and no copy is kept.'));
    }
  }

  /** Downloads as soon as it is due, from now on. Returns at once. */
  begin(): void {
    const { record, clock, mayDownload, signal } = this.options;
    if (!mayDownload || signal.aborted) return;
    const dueAt = this.inUse === undefined ? 0 : this.inUse.fetchedAt + record.source.refreshHours * HOUR_MS;
    const delayMs = dueAt - clock.now();
    if (delayMs > 0) this.schedule(delayMs);
    else this.running = this.refresh();
  }

  /** Call after the signal has aborted. */
  async stop(): Promise<void> {
    this.cancelTimer();
    await this.running;
  }

  private schedule(delayMs: number): void {
    if (this.options.signal.aborted) return;
    this.cancelTimer = this.options.clock.after(delayMs, () => {
      this.running = this.refresh();
    });
  }

  private async refresh(): Promise<void> {
    const { record, lanes, signal } = this.options;
    try {
      await lanes.run(() => this.download());
      this.failures = 0;
      this.schedule(record.source.refreshHours * HOUR_MS);
    } catch (error) {
      if (signal.aborted) return;
      this.failures += 1;
      record.fail(error);
      this.schedule(this.retryDelayMs());
    }
  }

  private async download(): Promise<void> {
    const { record, store, fetch, clock, signal } = this.options;
    const { source } = record;
    const download = await downloadFeed({ source, etag: this.inUse?.etag, fetch, clock, signal });
    const fetchedAt = clock.now();
    if (download.status === 'changed') {
      const { bytes, etag } = download;
      const feed = { bytes, digest: digestOf(bytes), etag, fetchedAt };
      await this.use(feed);
      await store?.keep(source, feed);
    } else if (this.inUse !== undefined) {
      this.inUse = { ...this.inUse, fetchedAt };
      record.confirm(fetchedAt);
      await store?.confirm(source, this.inUse);
    }
  }

  private async use({ bytes, digest, etag, fetchedAt }: KeptFeed): Promise<void> {
    await this.options.record.take(bytes, digest, fetchedAt);
    this.inUse = { digest, etag, fetchedAt };
  }

  /** One minute, doubled at each failure up to one hour; up to half less, so that many instances do not come back at once. */
  private retryDelayMs(): number {
    const longest = Math.min(HOUR_MS, FIRST_RETRY_MS * 2 ** (this.failures - 1));
    return longest * (1 - this.options.random() / 2);
  }
}
