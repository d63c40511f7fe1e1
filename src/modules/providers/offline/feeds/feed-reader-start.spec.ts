import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '../../../../../test/support/fake-clock.js';
import { parseIpAddress, type IpAddress } from '../../../../common/ip/ip-address.js';
import { parseFeedList } from './feed-catalogue.js';
import { FeedReader, type FeedReaderOptions } from './feed-reader.js';

const EIGHT = parseIpAddress('8.8.8.8') as IpAddress;

describe('FeedReader start', () => {
  let folder: string;
  let clock: FakeClock;
  let warnings: string[];
  let loads: number;
  let readers: FeedReader[];

  function reading(feeds: string, changes: Partial<FeedReaderOptions> = {}): FeedReader {
    const reader = new FeedReader({
      sources: parseFeedList(feeds),
      directory: undefined,
      clock,
      fetch: () => Promise.reject(new Error('nothing may be downloaded here')),
      mayDownload: false,
      onLoaded: () => (loads += 1),
      warn: (message) => warnings.push(message),
      ...changes,
    });
    readers.push(reader);
    return reader;
  }

  async function write(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  async function until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await setImmediate();
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'feed-start-'));
    clock = new FakeClock();
    warnings = [];
    loads = 0;
    readers = [];
  });

  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.stop()));
    await rm(folder, { recursive: true });
  });

  it('waits no longer than a second for the loading, which goes on in the background', async () => {
    const reader = reading(`custom-vpn=${await write('vpn.txt', '8.8.8.0/24')}`);
    let isStarted = false;
    const starting = reader.start().then(() => (isStarted = true));
    // All of this runs before the answer to the first look at a file can come in.
    clock.advance(999);
    await Promise.resolve();
    expect(isStarted).toBe(false);
    clock.advance(1);
    await starting;
    expect([reader.find('vpn', EIGHT), clock.pending]).toEqual([undefined, 0]);
    await until(() => reader.find('vpn', EIGHT) !== undefined);
  });

  it('downloads nothing before all that is kept or local is loaded', async () => {
    const loadsAtFetch: number[] = [];
    const fetch: typeof globalThis.fetch = () => {
      loadsAtFetch.push(loads);
      return new Promise(() => undefined);
    };
    const path = await write('vpn.txt', '8.8.8.0/24');
    const reader = reading(`custom-tor=https://tor.example/,custom-vpn=${path}`, { fetch, mayDownload: true });
    const starting = reader.start();
    clock.advance(1000);
    await starting;
    expect(loadsAtFetch).toEqual([]);
    await until(() => loadsAtFetch.length > 0);
    expect(loadsAtFetch).toEqual([1]);
  });

  it('loads relays first, then Tor, then the rest in the order of the sources', async () => {
    const path = await write('list.txt', '8.8.8.0/24');
    const kinds = ['vpn', 'crawler', 'tor', 'blocklist', 'relay', 'hosting'] as const;
    const order: string[] = [];
    const reader = reading(kinds.map((kind) => `custom-${kind}=${path}`).join(','), {
      onLoaded: () => {
        const found = kinds.filter((kind) => reader.find(kind, EIGHT) !== undefined);
        order.push(...found.filter((kind) => !order.includes(kind)));
      },
    });
    await reader.start();
    expect(order).toEqual(['relay', 'tor', 'vpn', 'crawler', 'blocklist', 'hosting']);
  });

  it('is stopped in the middle of the loading: nothing more is read, watched or warned of', async () => {
    const path = await write('list.txt', '8.8.8.0/24');
    const reader = reading(`custom-vpn=${path},custom-relay=${path},custom-tor=${folder}/none.txt`, {
      onLoaded: () => {
        loads += 1;
        stopped = reader.stop();
      },
    });
    let stopped: Promise<void> | undefined;
    await reader.start();
    await stopped;
    expect([loads, clock.pending, warnings]).toEqual([1, 0, []]);
    expect(reader.find('relay', EIGHT)).toBe('custom-relay');
  });

  it('ends the loading, and with it the start, before stop resolves', async () => {
    const reader = reading(`custom-vpn=${await write('vpn.txt', '8.8.8.0/24')}`);
    let isStarted = false;
    void reader.start().then(() => (isStarted = true));
    await reader.stop();
    expect([isStarted, loads, clock.pending, warnings]).toEqual([true, 0, 0, []]);
  });

  it('loads nothing after stop, also when start no longer waited for the loading', async () => {
    const reader = reading(`custom-vpn=${await write('vpn.txt', '8.8.8.0/24')}`);
    const starting = reader.start();
    clock.advance(1000);
    await starting;
    await reader.stop();
    expect([loads, clock.pending, warnings]).toEqual([0, 0, []]);
  });

  it('loads the other lists when a warning about one throws', async () => {
    const path = await write('vpn.txt', '8.8.8.0/24');
    const reader = reading(`custom-relay=${folder}/none.txt,custom-vpn=${path}`, {
      warn: () => {
        throw new Error('the log is full');
      },
    });
    await reader.start();
    expect(reader.find('vpn', EIGHT)).toBe('custom-vpn');
  });
});
