import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../../../../common/clock/clock.js';
import { LARGEST_FEED_BYTES } from './feed-download.js';
import { FeedFailure } from './feed-failure.js';
import type { FeedRecord } from './feed-record.js';
import { digestOf } from './feed-store.js';

const CHECK_EVERY_MS = 60_000;

/** A feed that is a file on this machine, read again whenever it was changed. */
export class LocalFeed {
  /** Time and size of the file that was read last, also of one that was refused: it is not read again every minute. */
  private seen: string | undefined;
  private running: Promise<void> = Promise.resolve();
  private cancelTimer: () => void = () => undefined;

  constructor(
    private readonly record: FeedRecord,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads the file; a failure is noted in the record. */
  async load(): Promise<void> {
    try {
      await this.readIfChanged(this.record.source.location);
    } catch (error) {
      if (!this.signal.aborted) this.record.fail(error);
    }
  }

  /** Looks for changes once a minute from now on. */
  begin(): void {
    if (this.signal.aborted) return;
    this.cancelTimer = this.clock.after(CHECK_EVERY_MS, () => {
      this.running = this.load().then(() => {
        this.begin();
      });
    });
  }

  /** Call after the signal has aborted. */
  async stop(): Promise<void> {
    this.cancelTimer();
    await this.running;
  }

  private async readIfChanged(path: string): Promise<void> {
    const previous = this.seen;
    this.seen = undefined;
    const file = await stat(path);
    // Reading a pipe would never end.
    if (!file.isFile()) throw new FeedFailure('Its location is not a file.');
    const { mtimeMs, size } = file;
    const version = `${mtimeMs}:${size}`;
    if (version !== previous) {
      if (size > LARGEST_FEED_BYTES)
        throw new FeedFailure(`It is larger than ${LARGEST_FEED_BYTES / 1024 / 1024} MiB.`);
      const bytes = await readFile(path, { signal: this.signal });
      // From here on the file itself is at fault, and only a changed one is worth reading again.
      this.seen = version;
      await this.record.take(bytes, digestOf(bytes), mtimeMs);
    }
    this.seen = version;
  }
}
