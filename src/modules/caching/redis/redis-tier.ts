import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/clock/clock.js';
import { fieldOf, numberIn, recordOf } from '../../../common/json/json-fields.js';
import type { Lease, LeaseAnswer, SharedEntry, SharedTier } from '../shared-tier.js';
import { MOST_ENTRY_LENGTH, type EntrySeal } from '../../../common/redis/entry-seal.js';
import { ForgottenKeys } from './forgotten-keys.js';
import type { RedisClient, RedisStore } from '../../../common/redis/redis-store.js';
import { FORGET, LEASE, LOOK, PUT, RELEASE } from './tier-scripts.js';

export interface RedisTierOptions {
  readonly store: RedisStore;
  readonly seal: EntrySeal;
  /** Changes with everything that makes old entries wrong; those of another version are never seen. */
  readonly version: string;
  readonly clock: Clock;
}

interface Places {
  /** Key of the entry and of its lease; one hash tag, so that both are in one slot of a cluster. */
  readonly entry: string;
  readonly lease: string;
}

/** Milliseconds between two looks at what another process loads. */
const FIRST_LOOK_MS = 4;
const MOST_LOOK_MS = 32;

/** The shared tier in Redis: sealed entries with a time to live, and a lease for each key that is being loaded. */
export class RedisTier implements SharedTier {
  private readonly forgotten: ForgottenKeys;

  constructor(private readonly options: RedisTierOptions) {
    this.forgotten = new ForgottenKeys(options);
  }

  get isUp(): boolean {
    return this.options.store.isUp;
  }

  async read(key: string): Promise<SharedEntry | undefined> {
    const { entry } = this.placesOf(key);
    // A part of what is there is all of what is ours, and a foreign value of megabytes is not worth its way.
    const text = await this.attempt((client) => client.getrange(entry, 0, MOST_ENTRY_LENGTH));
    return this.opened(entry, text);
  }

  async lease(key: string, ms: number): Promise<LeaseAnswer | undefined> {
    const { entry, lease } = this.placesOf(key);
    const token = randomBytes(12).toString('base64url');
    const answer = await this.attempt((client) =>
      client.eval(LEASE, 2, entry, lease, token, Math.ceil(ms), MOST_ENTRY_LENGTH),
    );
    if (!Array.isArray(answer)) return undefined;
    const [granted, text] = answer as readonly unknown[];
    return {
      lease: granted === 1 ? this.leaseOf({ entry, lease }, token) : undefined,
      entry: this.opened(entry, text),
    };
  }

  async landed(key: string, ms: number): Promise<SharedEntry | undefined> {
    const { clock } = this.options;
    const { entry, lease } = this.placesOf(key);
    const deadline = clock.now() + ms;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, MOST_LOOK_MS)) {
      const pauseMs = Math.min(pause, Math.max(0, deadline - clock.now()));
      await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
      // Looked at after the pause, also after the last: a busy process may have slept through the answer.
      const answer = await this.attempt((client) => client.eval(LOOK, 2, entry, lease, MOST_ENTRY_LENGTH));
      const [isHeld, text] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
      if (isHeld !== 1 || clock.now() >= deadline) return this.opened(entry, text);
    }
  }

  async put(key: string, entry: SharedEntry, ttlMs: number): Promise<void> {
    await this.write(this.placesOf(key), entry, ttlMs, '');
  }

  async forget(key: string): Promise<boolean> {
    const { entry, lease } = this.placesOf(key);
    try {
      await this.options.store.run((client) => client.eval(FORGET, 2, entry, lease));
      await this.forgotten.tell(key);
      return true;
    } catch {
      return false;
    }
  }

  onForget(listener: (key: string) => void): () => void {
    return this.forgotten.listen(listener);
  }

  private leaseOf(places: Places, token: string): Lease {
    return {
      put: async (entry, ttlMs) => {
        await this.write(places, entry, ttlMs, token);
      },
      release: async () => {
        await this.release(places, token);
      },
    };
  }

  private async release({ lease }: Places, token: string): Promise<void> {
    await this.attempt((client) => client.eval(RELEASE, 1, lease, token));
  }

  private async write(places: Places, entry: SharedEntry, ttlMs: number, token: string): Promise<void> {
    const text = this.sealed(places.entry, entry);
    // Whoever waits for it is not left waiting for what does not come.
    if (text === undefined) return this.release(places, token);
    await this.attempt((client) => client.eval(PUT, 2, places.entry, places.lease, token, text, Math.ceil(ttlMs)));
  }

  /** `undefined` for what JSON cannot hold, and for what is longer than anything that is read. */
  private sealed(name: string, { data, storedAt }: SharedEntry): string | undefined {
    try {
      const text = this.options.seal.close(name, { at: storedAt, data });
      return Buffer.byteLength(text) > MOST_ENTRY_LENGTH ? undefined : text;
    } catch {
      return undefined;
    }
  }

  private opened(name: string, text: unknown): SharedEntry | undefined {
    if (typeof text !== 'string' || text === '') return undefined;
    const note = recordOf(this.options.seal.open(name, text));
    const storedAt = numberIn(note, 'at', 0);
    return storedAt === undefined ? undefined : { data: fieldOf(note, 'data'), storedAt };
  }

  private placesOf(key: string): Places {
    const { seal, version } = this.options;
    const name = `ip-risk:${version}:{${seal.nameOf(key)}}`;
    return { entry: `${name}:entry`, lease: `${name}:lease` };
  }

  /** `undefined` where Redis is away, late, or holds something of another type. */
  private async attempt<T>(work: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.options.store.run(work);
    } catch {
      return undefined;
    }
  }
}
