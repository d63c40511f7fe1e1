import { randomUUID } from 'node:crypto';
import type { EntrySeal } from '../../../../common/redis/entry-seal.js';
import type { RedisStore } from '../../../../common/redis/redis-store.js';
import { FIRST_OPEN_MS } from '../circuit-breaker.js';
import type { BreakerNews, VendorNews } from './breaker-news.js';
import { LONGEST_TEXT, VendorNewsText } from './vendor-news-text.js';

const CHANNEL = 'ip-risk:vendor-news';

export interface RedisBreakerNewsOptions {
  /** The same for all processes; with a secret of one's own nobody else can tell anything. */
  readonly seal: EntrySeal;
  /**
   * The account at the vendor of that id. Messages know no database numbers: a test system with an account of its own
   * would pause the others.
   */
  readonly accountOf: (providerId: string) => string;
}

/**
 * News over Redis: a message for the processes that run, and a key for those that begin while it holds. Only those with
 * the same account take it. While Redis is away there is no news, and nobody waits for any.
 */
export class RedisBreakerNews implements BreakerNews {
  private readonly texts: VendorNewsText;

  constructor(
    private readonly store: RedisStore,
    private readonly options: RedisBreakerNewsOptions,
  ) {
    this.texts = new VendorNewsText({ ...options, self: randomUUID() });
  }

  tell(news: VendorNews): void {
    void Promise.allSettled([this.keep(news), this.publish(news)]);
  }

  listen(listener: (news: VendorNews) => void): () => void {
    return this.store.subscribe(CHANNEL, (message) => {
      const news = this.texts.read(CHANNEL, message);
      if (news !== undefined) listener(news);
    });
  }

  async recent(providerId: string): Promise<VendorNews | undefined> {
    const key = this.keyOf(providerId);
    try {
      const [text, leftMs] = await this.store.run((client) =>
        // Somebody else's value may be of any length.
        Promise.all([client.getrange(key, 0, LONGEST_TEXT), client.pttl(key)]),
      );
      const news = this.texts.read(key, text);
      if (news?.kind !== 'paused') return news;
      // Without an end it is none of ours.
      return leftMs > 0 ? { ...news, pauseMs: Math.min(news.pauseMs, leftMs) } : undefined;
    } catch {
      return undefined;
    }
  }

  private keep(news: VendorNews): Promise<unknown> {
    const key = this.keyOf(news.providerId);
    const text = this.texts.write(key, news);
    return this.store.run((client) =>
      news.kind === 'paused'
        ? client.set(key, text, 'PX', Math.ceil(news.pauseMs))
        : // A pause is certain and may not give way to a suspicion.
          client.set(key, text, 'PX', FIRST_OPEN_MS, 'NX'),
    );
  }

  private publish(news: VendorNews): Promise<unknown> {
    return this.store.run((client) => client.publish(CHANNEL, this.texts.write(CHANNEL, news)));
  }

  private keyOf(providerId: string): string {
    return `${CHANNEL}:${providerId}:${this.options.accountOf(providerId)}`;
  }
}
