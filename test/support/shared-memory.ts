import type { Lease, LeaseAnswer, SharedEntry, SharedTier } from '../../src/modules/caching/shared-tier.js';
import { FakeClock } from './fake-clock.js';

interface Stored {
  readonly text: string;
  readonly goneAt: number;
}

interface Held {
  readonly token: object;
  readonly goneAt: number;
  /** Those who wait until nobody has it any more. */
  readonly waiting: Set<() => void>;
}

/** What processes share, played in memory by a clock of its own; hand each of them a tier of it. */
export class SharedMemory {
  isUp = true;
  /** How often an entry was written, by key. */
  readonly writes: string[] = [];
  private readonly entries = new Map<string, Stored>();
  private readonly leases = new Map<string, Held>();
  private readonly listeners = new Set<(key: string) => void>();

  constructor(readonly clock = new FakeClock()) {}

  /** As one process sees it. */
  tier(): SharedTier {
    return new MemoryTier(this);
  }

  get leasesHeld(): number {
    return [...this.leases.keys()].filter((key) => this.holder(key) !== undefined).length;
  }

  /** Puts there what no tier would. */
  plant(key: string, entry: SharedEntry): void {
    this.entries.set(key, { text: JSON.stringify(entry), goneAt: Infinity });
  }

  /** Ends the lease as if its time were over. */
  loseLease(key: string): void {
    const held = this.leases.get(key);
    this.leases.delete(key);
    for (const wake of held?.waiting ?? []) wake();
  }

  entry(key: string): SharedEntry | undefined {
    const stored = this.entries.get(key);
    if (stored === undefined || this.clock.now() >= stored.goneAt) return undefined;
    return JSON.parse(stored.text) as SharedEntry;
  }

  /** For each entry and each lease. */
  livesMs(): readonly number[] {
    return [...this.entries.values(), ...this.leases.values()].map(({ goneAt }) => goneAt - this.clock.now());
  }

  ttlMs(key: string): number | undefined {
    const stored = this.entries.get(key);
    return stored === undefined ? undefined : stored.goneAt - this.clock.now();
  }

  write(key: string, entry: SharedEntry, ttlMs: number): void {
    this.writes.push(key);
    this.entries.set(key, { text: JSON.stringify(entry), goneAt: this.clock.now() + ttlMs });
  }

  holder(key: string): Held | undefined {
    const held = this.leases.get(key);
    if (held === undefined || this.clock.now() < held.goneAt) return held;
    this.loseLease(key);
    return undefined;
  }

  hold(key: string, ms: number): object {
    const token = {};
    this.leases.set(key, { token, goneAt: this.clock.now() + ms, waiting: new Set() });
    // Who waits is told although nobody looks.
    this.clock.after(ms, () => this.holder(key));
    return token;
  }

  remove(key: string): void {
    this.entries.delete(key);
    this.loseLease(key);
  }

  tell(key: string): void {
    for (const listener of this.listeners) listener(key);
  }

  listen(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Its answers come later, as a server's do. */
class MemoryTier implements SharedTier {
  constructor(private readonly memory: SharedMemory) {}

  get isUp(): boolean {
    return this.memory.isUp;
  }

  async read(key: string): Promise<SharedEntry | undefined> {
    await Promise.resolve();
    return this.isUp ? this.memory.entry(key) : undefined;
  }

  async lease(key: string, ms: number): Promise<LeaseAnswer | undefined> {
    await Promise.resolve();
    const { memory } = this;
    if (!this.isUp) return undefined;
    const entry = memory.entry(key);
    const lease = memory.holder(key) === undefined ? this.leaseOf(key, memory.hold(key, ms)) : undefined;
    return { lease, entry };
  }

  async landed(key: string, ms: number): Promise<SharedEntry | undefined> {
    const { memory } = this;
    await Promise.resolve();
    const held = memory.holder(key);
    if (held !== undefined) {
      await new Promise<void>((resolve) => {
        held.waiting.add(resolve);
        memory.clock.after(ms, resolve);
      });
    }
    return this.isUp && memory.holder(key) === undefined ? memory.entry(key) : undefined;
  }

  async put(key: string, entry: SharedEntry, ttlMs: number): Promise<void> {
    await Promise.resolve();
    if (this.isUp && this.memory.holder(key) === undefined) this.memory.write(key, entry, ttlMs);
  }

  async forget(key: string): Promise<boolean> {
    await Promise.resolve();
    if (!this.isUp) return false;
    this.memory.remove(key);
    this.memory.tell(key);
    return true;
  }

  onForget(listener: (key: string) => void): () => void {
    return this.memory.listen(listener);
  }

  private leaseOf(key: string, token: object): Lease {
    const end = async (write: () => void): Promise<void> => {
      await Promise.resolve();
      if (!this.isUp || this.memory.holder(key)?.token !== token) return;
      write();
      this.memory.loseLease(key);
    };
    return {
      put: (entry, ttlMs) =>
        end(() => {
          this.memory.write(key, entry, ttlMs);
        }),
      release: () => end(() => undefined),
    };
  }
}
