const DAY_MS = 86_400_000;
const MOST_KNOWN = 20_000;

/**
 * Which interned texts the database is known to hold as used today. Tomorrow they are sent again: by the day of their last
 * use it is told what nothing names any more.
 */
export class KnownTexts {
  private day = 0;
  private digests = new Set<string>();

  has(digest: string, now: number): boolean {
    this.turnTo(now);
    return this.digests.has(digest);
  }

  add(digests: Iterable<string>, sentAt: number): void {
    this.turnTo(sentAt);
    for (const digest of digests) {
      if (this.digests.size >= MOST_KNOWN) this.digests.clear();
      this.digests.add(digest);
    }
  }

  /** The database has lost what it was sent last. */
  clear(): void {
    this.digests = new Set();
  }

  private turnTo(now: number): void {
    const day = Math.floor(now / DAY_MS);
    if (day === this.day) return;
    this.day = day;
    this.digests = new Set();
  }
}
