import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeedSource } from './feed-source.js';
import { digestOf, FeedStore, type KeptFeed } from './feed-store.js';

const SOURCE: FeedSource = {
  id: 'custom-vpn',
  kind: 'vpn',
  format: 'lines',
  location: 'https://lists.example/vpn?token=not-a-key',
  refreshHours: 24,
  credit: '',
};

function feed(text: string): KeptFeed {
  const bytes = Buffer.from(text);
  return { bytes, digest: digestOf(bytes), etag: '"v1"', fetchedAt: Date.UTC(2026, 0, 1) };
}

describe('FeedStore', () => {
  let directory: string;
  let warnings: string[];
  let store: FeedStore;

  const storeIn = (path: string): FeedStore => new FeedStore(path, (message) => warnings.push(message));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'feed-store-'));
    warnings = [];
    store = storeIn(directory);
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('reads back what it kept, in a folder that it makes', async () => {
    const nested = storeIn(join(directory, 'a', 'b'));
    await nested.keep(SOURCE, feed('8.8.8.0/24\n'));
    expect(await nested.read(SOURCE)).toEqual(feed('8.8.8.0/24\n'));
  });

  it('keeps the copy and its facts under the id, leaves no other file, and writes the location down nowhere', async () => {
    await store.keep(SOURCE, feed('8.8.8.0/24\n'));
    await store.keep(SOURCE, feed('9.9.9.0/24\n'));
    expect((await readdir(directory)).sort()).toEqual(['custom-vpn.feed', 'custom-vpn.json']);
    expect(await readFile(join(directory, 'custom-vpn.json'), 'utf8')).not.toMatch(/not-a-key|lists\.example/);
  });

  it('moves the time on when the publisher confirms the copy', async () => {
    const kept = feed('8.8.8.0/24\n');
    await store.keep(SOURCE, kept);
    await store.confirm(SOURCE, { ...kept, fetchedAt: kept.fetchedAt + 5000 });
    expect(await store.read(SOURCE)).toEqual({ ...kept, fetchedAt: kept.fetchedAt + 5000 });
  });

  it.each([
    ['there is none', () => rm(join(directory, 'custom-vpn.feed'))],
    ['it was cut short', () => truncate(join(directory, 'custom-vpn.feed'), 11)],
    ['its facts are missing', () => rm(join(directory, 'custom-vpn.json'))],
    ['its facts are garbage', () => writeFile(join(directory, 'custom-vpn.json'), '{"etag":')],
    ['its facts are of another shape', () => writeFile(join(directory, 'custom-vpn.json'), '{"etag":7}')],
  ])('has no copy when %s', async (_, damage) => {
    await store.keep(SOURCE, feed('8.8.8.0/24\n9.9.9.0/24\n'));
    await damage();
    expect(await store.read(SOURCE)).toBeUndefined();
  });

  it('has no copy for a feed that now comes from elsewhere', async () => {
    await store.keep(SOURCE, feed('8.8.8.0/24\n'));
    expect(await store.read({ ...SOURCE, location: 'https://lists.example/other' })).toBeUndefined();
  });

  it('warns once, without a path, when it cannot write, and again after it could', async () => {
    const blocked = join(directory, 'blocked');
    await writeFile(blocked, '');
    const unwritable = storeIn(blocked);
    await unwritable.keep(SOURCE, feed('8.8.8.0/24\n'));
    await unwritable.confirm(SOURCE, feed('8.8.8.0/24\n'));
    expect(warnings).toEqual([expect.stringContaining('cannot be kept')]);
    expect(warnings[0]).not.toContain(directory);
    await rm(blocked);
    await unwritable.keep(SOURCE, feed('8.8.8.0/24\n'));
    await rm(blocked, { recursive: true });
    await writeFile(blocked, '');
    await unwritable.keep(SOURCE, feed('8.8.8.0/24\n'));
    expect(warnings).toHaveLength(2);
  });
});
