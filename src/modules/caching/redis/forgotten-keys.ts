import type { Clock } from '../../../common/clock/clock.js';
import { recordOf, textIn } from '../../../common/json/json-fields.js';
import type { EntrySeal } from '../../../common/redis/entry-seal.js';
import type { RedisStore } from '../../../common/redis/redis-store.js';

const CHANNEL = 'ip-risk:forget';
/** Milliseconds for which a process that heard nothing can still learn what was forgotten. */
const KEPT_MS = 86_400_000;
const MOST_KEPT = 10_000;
/** Notes that are read at once, and milliseconds until it is tried again where they could not be. */
const PAGE = 500;
const RETRY_MS = 1000;

export interface ForgottenKeysOptions {
  readonly store: RedisStore;
  readonly seal: EntrySeal;
  /** Only what is forgotten under the same one is heard. */
  readonly version: string;
  readonly clock: Clock;
}

/** Tells every process what is to be forgotten; one that was cut off meanwhile makes up for it when it is back. */
export class ForgottenKeys {
  constructor(private readonly options: ForgottenKeysOptions) {}

  private get listName(): string {
    return `ip-risk:${this.options.version}:forgotten`;
  }

  /** @throws RedisUnavailableError when nobody could be told. */
  async tell(key: string): Promise<void> {
    const { store, seal, version, clock } = this.options;
    // Names of entries say nothing of an address, and neither may this.
    const note = seal.close(CHANNEL, { version, key: seal.hide(key) });
    const now = clock.now();
    await store.run(async (client) => {
      // First where it lasts: who hears nothing of the message finds it there.
      await client
        .multi()
        .zadd(this.listName, now, note)
        .zremrangebyscore(this.listName, 0, now - KEPT_MS)
        .zremrangebyrank(this.listName, 0, -MOST_KEPT - 1)
        .pexpire(this.listName, KEPT_MS)
        .exec();
      await client.publish(CHANNEL, note);
    });
  }

  /** @returns what ends it. */
  listen(listener: (key: string) => void): () => void {
    const hear = (note: string): void => {
      const key = this.keyIn(note);
      if (key !== undefined) listener(key);
    };
    let hasEnded = false;
    let cancelRetry = (): void => undefined;
    const catchUp = (): void => {
      cancelRetry();
      this.readAll(hear).catch(() => {
        // The listener is often back before the rest is.
        if (!hasEnded) cancelRetry = this.options.clock.after(RETRY_MS, catchUp);
      });
    };
    const unsubscribe = this.options.store.subscribe(CHANNEL, hear, catchUp);
    return () => {
      hasEnded = true;
      cancelRetry();
      unsubscribe();
    };
  }

  /** The latest first, page by page: others get their turn between two. @throws RedisUnavailableError */
  private async readAll(hear: (note: string) => void): Promise<void> {
    const { store, clock } = this.options;
    const since = clock.now() - KEPT_MS;
    for (let offset = 0; offset < MOST_KEPT; offset += PAGE) {
      const notes = await store.run((client) =>
        client.zrevrangebyscore(this.listName, '+inf', since, 'LIMIT', offset, PAGE),
      );
      for (const note of notes) hear(note);
      if (notes.length < PAGE) return;
    }
  }

  private keyIn(note: string): string | undefined {
    const { seal, version } = this.options;
    const record = recordOf(seal.open(CHANNEL, note));
    return textIn(record, 'version') === version ? seal.reveal(textIn(record, 'key') ?? '') : undefined;
  }
}
