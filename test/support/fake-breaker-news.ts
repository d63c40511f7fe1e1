import type { BreakerNews, VendorNews } from '../../src/modules/providers/protection/breaker-news/breaker-news.js';

/** News between the lanes of a test, at once. Each process has its own end of it. */
export class FakeBreakerNews {
  /** Everything that was told, in order. */
  readonly told: VendorNews[] = [];
  /** What a lane that begins is told. */
  recent: VendorNews | undefined;
  private readonly ears = new Map<object, Set<(news: VendorNews) => void>>();

  end(): BreakerNews {
    const own = new Set<(news: VendorNews) => void>();
    const end: BreakerNews = {
      tell: (news) => {
        this.told.push(news);
        for (const [process, listeners] of this.ears) {
          if (process !== end) for (const listener of listeners) listener(news);
        }
      },
      listen: (listener) => {
        own.add(listener);
        return () => own.delete(listener);
      },
      recent: () => Promise.resolve(this.recent),
    };
    this.ears.set(end, own);
    return end;
  }
}
