/**
 * Remembers what was lately set or asked for, at a bounded size whatever the keys: once the newer half is full it becomes
 * the older one, and what nobody asked for since is forgotten. Cheaper than a least-recently-used list, and less exact.
 */
export class RecentMap<K, V extends object> {
  private newer = new Map<K, V>();
  private older = new Map<K, V>();

  /** @param half most entries of each of the two halves. @default 1024 */
  constructor(private readonly half = 1024) {}

  get(key: K): V | undefined {
    const value = this.newer.get(key);
    if (value !== undefined) return value;
    const older = this.older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: K, value: V): void {
    if (this.newer.size >= this.half && !this.newer.has(key)) {
      this.older = this.newer;
      this.newer = new Map();
    }
    this.newer.set(key, value);
  }

  /** Entries held in memory; one that is in both halves counts twice. */
  get size(): number {
    return this.newer.size + this.older.size;
  }
}
