import { randomUUID } from 'node:crypto';
import type { RedisStore } from '../../../../common/redis/redis-store.js';
import { FIRST_OPEN_MS } from '../circuit-breaker.js';
import type { BreakerNews, VendorNews } from './breaker-news.js';
import { LONGEST_TEXT, readVendorNews, writeVendorNews } from './vendor-news-text.js';

const CHANNEL = 'ip-risk:vendor-news';

/**
 * News over Redis: a message for the processes that run, and a key for those that begin while it holds. While Redis is
 * away there is no news, and nobody waits for any.
 */
export class RedisBreakerNews implements BreakerNews {
  private readonly self = randomUUID();

  constructor(private readonly store: RedisStore) {}

  tell(news: VendorNews): void {
    void Promise.allSettled([this.keep(news), this.publish(news)]);
  }

  listen(listener: (news: VendorNews) => void): () => void {
    return this.store.subscribe(CHANNEL, (message) => {
      const news = readVendorNews(message, this.self);
      if (news !== undefined) listener(news);
    });
  }

  async recent(providerId: string): Promise<VendorNews | undefined> {
    const key = keyOf(providerId);
    try {
      const [text, leftMs] = await this.store.run((client) =>
        // Somebody else's value may be of any length.
        Promise.all([client.getrange(key, 0, LONGEST_TEXT), client.pttl(key)]),
      );
      const news = readVendorNews(text, this.self);
      if (news?.kind !== 'paused') return news;
      // Without an end it is none of ours.
      return leftMs > 0 ? { ...news, pauseMs: Math.min(news.pauseMs, leftMs) } : undefined;
    } catch {
      return undefined;
    }
  }

  private keep(news: VendorNews): Promise<unknown> {
    const key = keyOf(news.providerId);
    const text = writeVendorNews(news, this.self);
    return this.store.run((client) =>
      news.kind === 'paused'
        ? client.set(key, text, 'PX', Math.ceil(news.pauseMs))
        : // A pause is certain and may not give way to a suspicion.
          client.set(key, text, 'PX', FIRST_OPEN_MS, 'NX'),
    );
  }

  private publish(news: VendorNews): Promise<unknown> {
    return this.store.run((client) => client.publish(CHANNEL, writeVendorNews(news, this.self)));
  }
}

function keyOf(providerId: string): string {
  return `ip-risk:vendor-news:${providerId}`;
}
