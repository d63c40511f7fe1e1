import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sentenceOf } from './feed-failure.js';
import type { FeedSource } from './feed-source.js';

/** A feed as it was downloaded. */
export interface KeptFeed {
  readonly bytes: Buffer;
  /** {@link digestOf} the bytes. */
  readonly digest: string;
  readonly etag: string | undefined;
  /** When the publisher delivered or last confirmed it, in milliseconds since 1970. */
  readonly fetchedAt: number;
}

interface Metadata {
  readonly etag: string | null;
  readonly fetchedAt: string;
  /** Digest of the location, which may hold a token: a copy from another location is not this feed. */
  readonly location: string;
  /** Digest of the copy: tells a file that was cut short, or of which only one half was replaced. */
  readonly content: string;
}

/** Copies of downloaded feeds, so that a restart needs no network. */
export class FeedStore {
  private isUnwritable = false;

  constructor(
    private readonly directory: string,
    private readonly warn: (message: string) => void,
  ) {}

  /** The copy of a feed, or `undefined` when there is none that is whole and from the same location. */
  async read(source: FeedSource): Promise<KeptFeed | undefined> {
    try {
      const metadata: unknown = JSON.parse(await readFile(this.pathOf(source, 'json'), 'utf8'));
      if (!isMetadata(metadata) || metadata.location !== digestOf(source.location)) return undefined;
      const bytes = await readFile(this.pathOf(source, 'feed'));
      const digest = digestOf(bytes);
      if (metadata.content !== digest) return undefined;
      return { bytes, digest, etag: metadata.etag ?? undefined, fetchedAt: Date.parse(metadata.fetchedAt) };
    } catch {
      // Missing or unreadable comes to the same: the feed is downloaded anew, and a lasting fault shows in keep().
      return undefined;
    }
  }

  /** Keeps a new copy. Never throws: a feed that cannot be kept still serves from memory. */
  async keep(source: FeedSource, feed: KeptFeed): Promise<void> {
    await this.guard(async () => {
      await mkdir(this.directory, { recursive: true });
      await replaceFile(this.pathOf(source, 'feed'), feed.bytes);
      await this.writeMetadata(source, feed);
    });
  }

  /** Notes that the publisher confirmed the copy that is kept. Never throws. */
  async confirm(source: FeedSource, feed: Omit<KeptFeed, 'bytes'>): Promise<void> {
    await this.guard(() => this.writeMetadata(source, feed));
  }

  private async writeMetadata(source: FeedSource, feed: Omit<KeptFeed, 'bytes'>): Promise<void> {
    const metadata: Metadata = {
      etag: feed.etag ?? null,
      fetchedAt: new Date(feed.fetchedAt).toISOString(),
      location: digestOf(source.location),
      content: feed.digest,
    };
    await replaceFile(this.pathOf(source, 'json'), JSON.stringify(metadata));
  }

  private async guard(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.isUnwritable = false;
    } catch (error) {
      if (!this.isUnwritable) {
        this.warn(`Copies of feeds cannot be kept, so the next start downloads them again. ${sentenceOf(error)}`);
      }
      this.isUnwritable = true;
    }
  }

  private pathOf({ id }: FeedSource, extension: 'feed' | 'json'): string {
    return join(this.directory, `${id}.${extension}`);
  }
}

/** SHA-256 in hexadecimal. */
export function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A reader sees the old file or the new one, never a half: rename replaces in one step. */
async function replaceFile(path: string, content: string | Buffer): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function isMetadata(value: unknown): value is Metadata {
  if (typeof value !== 'object' || value === null) return false;
  const { etag, fetchedAt, location, content } = value as Record<string, unknown>;
  const isTag = etag === null || (typeof etag === 'string' && /^[\x20-\x7E]{1,1024}$/.test(etag));
  const isTime = typeof fetchedAt === 'string' && !Number.isNaN(Date.parse(fetchedAt));
  return isTag && isTime && typeof location === 'string' && typeof content === 'string';
}
