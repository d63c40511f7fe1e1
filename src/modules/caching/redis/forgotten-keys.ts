import type { Clock } from '../../../common/clock/clock.js';
import { recordOf, textIn } from '../../../common/json/json-fields.js';
import type { EntrySeal } from './entry-seal.js';
import type { RedisStore } from '../../../common/redis/redis-store.js';

const CHANNEL = 'ip-risk:forget';
/** Milliseconds for which a process that heard nothing can still learn what was forgotten. */
const KEPT_MS = 86_400_000;
const MOST_KEPT = 10_000;

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
    const note = seal.close(CHANNEL, { version, key });
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
    return this.options.store.subscribe(CHANNEL, hear, () => void this.catchUp(hear));
  }

  private async catchUp(hear: (note: string) => void): Promise<void> {
    try {
      const since = this.options.clock.now() - KEPT_MS;
      const notes = await this.options.store.run((client) => client.zrangebyscore(this.listName, since, '+inf'));
      for (const note of notes) hear(note);
    } catch {
      // Away again: the next time it is back begins with this as well.
    }
  }

  private keyIn(note: string): string | undefined {
    const { seal, version } = this.options;
    const record = recordOf(seal.open(CHANNEL, note));
    return textIn(record, 'version') === version ? textIn(record, 'key') : undefined;
  }
}
