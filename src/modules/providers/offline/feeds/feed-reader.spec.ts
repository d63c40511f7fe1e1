import { mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '../../../../../test/support/fake-clock.js';
import { parseIpAddress, type IpAddress } from '../../../../common/ip/ip-address.js';
import { parseFeedList } from './feed-catalogue.js';
import { FeedReader, type FeedReaderOptions } from './feed-reader.js';

const START = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

/** Waits for work on real files; the promise under test fails the test by its time limit when it is not kept. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await setImmediate();
}

describe('FeedReader', () => {
  let folder: string;
  let clock: FakeClock;
  let warnings: string[];
  let loads: number;
  let readers: FeedReader[];

  const noFetch: typeof fetch = () => Promise.reject(new Error('nothing may be downloaded here'));

  function reading(feeds: string, changes: Partial<FeedReaderOptions> = {}): FeedReader {
    const reader = new FeedReader({
      sources: parseFeedList(feeds),
      directory: join(folder, 'kept'),
      clock,
      fetch: noFetch,
      mayDownload: false,
      onLoaded: () => (loads += 1),
      warn: (message) => warnings.push(message),
      ...changes,
    });
    readers.push(reader);
    return reader;
  }

  /** Every written file gets a time of its own, as if written then. */
  async function write(name: string, text: string, at: Date = new Date(clock.now())): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    await utimes(path, at, at);
    return path;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'feed-reader-'));
    clock = new FakeClock(START.getTime());
    warnings = [];
    loads = 0;
    readers = [];
  });

  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.stop()));
    await rm(folder, { recursive: true });
  });

  describe('answering', () => {
    it('finds addresses and AS numbers by kind, in the first feed that has them', async () => {
      const vpn = await write('vpn.txt', '8.8.8.0/24\n2a02::/32\nAS64500\n');
      const more = await write('more.txt', '8.8.0.0/16\nAS64500\nAS64501\n');
      const reader = reading(`custom-vpn=${vpn},custom-vpn=${more},custom-hosting=${more}`);
      await reader.start();
      expect(reader.find('vpn', address('8.8.8.8'))).toBe('custom-vpn');
      expect(reader.find('vpn', address('2a02::1'))).toBe('custom-vpn');
      expect(reader.find('vpn', address('8.8.9.1'))).toBe('custom-vpn-2');
      expect(reader.find('hosting', address('8.8.8.8'))).toBe('custom-hosting');
      expect(reader.find('vpn', address('9.9.9.9'))).toBeUndefined();
      expect(reader.findAsn('vpn', 64500)).toBe('custom-vpn');
      expect(reader.findAsn('vpn', 64501)).toBe('custom-vpn-2');
      expect(reader.findAsn('tor', 64500)).toBeUndefined();
    });

    it('marks the whole /64 of a listed IPv6 address, because one subscriber holds it, but one IPv4 address', async () => {
      const reader = reading(`custom-vpn=${await write('vpn.txt', '2a02:0:0:7::66/128\n8.8.8.66/32\n')}`);
      await reader.start();
      expect(reader.find('vpn', address('2a02:0:0:7::67'))).toBe('custom-vpn');
      expect(reader.find('vpn', address('2a02:0:0:8::66'))).toBeUndefined();
      expect(reader.find('vpn', address('8.8.8.67'))).toBeUndefined();
    });

    it('calls onLoaded once for each feed that was loaded', async () => {
      const [a, b] = [await write('a.txt', '8.8.8.0/24'), await write('b.txt', 'AS64500')];
      await reading(`custom-vpn=${a},custom-tor=${b},custom-relay=${folder}/none.txt`).start();
      expect(loads).toBe(2);
    });
  });

  describe('reporting', () => {
    it('says what is loaded, how old it is, and whom to credit', async () => {
      const reader = reading(`tor-exits=${await write('tor.txt', '8.8.8.8\n8.8.8.9\n10.0.0.1\n')}`);
      await reader.start();
      clock.advance(90_500);
      expect(reader.health()).toEqual([
        {
          id: 'tor-exits',
          kind: 'tor',
          status: 'loaded',
          entries: 2,
          loadedAt: START.toISOString(),
          ageSeconds: 90,
          lastError: undefined,
          credit: expect.stringContaining('Tor Project'),
        },
      ]);
    });

    it('calls a published feed stale after three refresh times, and an operator file never', async () => {
      const path = await write('tor.txt', '8.8.8.8');
      const reader = reading(`tor-exits=${path},custom-tor=${path}`);
      await reader.start();
      const statuses = (): string[] => reader.health().map(({ status }) => status);
      clock.advance(180 * MINUTE);
      expect(statuses()).toEqual(['loaded', 'loaded']);
      clock.advance(1000);
      expect(statuses()).toEqual(['stale', 'loaded']);
      expect(reader.find('tor', address('8.8.8.8'))).toBe('tor-exits');
    });

    it('shows no path when a file cannot be read', async () => {
      const reader = reading(`custom-vpn=${folder}/none.txt,custom-tor=${folder}`);
      await reader.start();
      expect(reader.health()).toEqual([
        expect.objectContaining({ status: 'missing', entries: 0, lastError: 'It could not be read (ENOENT).' }),
        expect.objectContaining({ status: 'missing', lastError: 'Its location is not a file.' }),
      ]);
      expect(warnings).toHaveLength(2);
      expect(JSON.stringify([reader.health(), warnings])).not.toContain(folder);
    });
  });

  describe('watching files', () => {
    it('reads a changed file again within a minute, and an unchanged one not at all', async () => {
      const path = await write('vpn.txt', '8.8.8.0/24');
      const reader = reading(`custom-vpn=${path}`);
      await reader.start();
      await write('vpn.txt', '9.9.9.0/24', new Date(START.getTime() + 1000));
      clock.advance(MINUTE);
      await until(() => reader.find('vpn', address('9.9.9.9')) !== undefined);
      expect(reader.find('vpn', address('8.8.8.8'))).toBeUndefined();
      await until(() => clock.pending === 1);
      // Of the same time and size: whether it is read can be told only by what is found in it.
      await write('vpn.txt', '7.7.7.0/24', new Date(START.getTime() + 1000));
      clock.advance(MINUTE);
      await until(() => clock.pending === 1);
      expect([loads, reader.find('vpn', address('7.7.7.7'))]).toEqual([2, undefined]);
    });

    it('keeps the loaded list when the file turns bad, warns once, and takes the mended file', async () => {
      const path = await write('vpn.txt', '8.8.8.0/24');
      const reader = reading(`custom-vpn=${path}`);
      await reader.start();
      await write('vpn.txt', '<html>', new Date(START.getTime() + 1000));
      for (let minute = 0; minute < 3; minute += 1) {
        clock.advance(MINUTE);
        await until(() => clock.pending === 1);
      }
      expect(reader.find('vpn', address('8.8.8.8'))).toBe('custom-vpn');
      expect(reader.health()[0]).toMatchObject({ status: 'loaded', lastError: expect.stringContaining('HTML') });
      expect(warnings).toEqual([expect.stringContaining('"custom-vpn"')]);
      await write('vpn.txt', '9.9.9.0/24', new Date(START.getTime() + 2000));
      clock.advance(MINUTE);
      await until(() => reader.find('vpn', address('9.9.9.9')) !== undefined);
      expect(reader.health()[0]?.lastError).toBeUndefined();
    });

    it('does not read a refused file again and again, only when it was changed', async () => {
      const path = await write('vpn.txt', '<html></html>');
      const reader = reading(`custom-vpn=${path}`);
      await reader.start();
      await write('vpn.txt', '8.8.8.0/24  \n', START);
      clock.advance(MINUTE);
      await until(() => clock.pending === 1);
      expect(reader.find('vpn', address('8.8.8.8'))).toBeUndefined();
      await write('vpn.txt', '8.8.8.0/24  \n', new Date(START.getTime() + 1000));
      clock.advance(MINUTE);
      await until(() => reader.find('vpn', address('8.8.8.8')) !== undefined);
    });

    it('keeps the list of a file that vanishes, and forgives when it comes back unchanged', async () => {
      const path = await write('vpn.txt', '8.8.8.0/24');
      const reader = reading(`custom-vpn=${path}`);
      await reader.start();
      await rm(path);
      clock.advance(MINUTE);
      await until(() => warnings.length === 1 && clock.pending === 1);
      expect(reader.find('vpn', address('8.8.8.8'))).toBe('custom-vpn');
      await write('vpn.txt', '8.8.8.0/24', START);
      clock.advance(MINUTE);
      await until(() => reader.health()[0]?.lastError === undefined);
      expect(loads).toBe(1);
    });

    it('finds a file that did not exist at the start', async () => {
      const reader = reading(`custom-vpn=${folder}/late.txt`);
      await reader.start();
      await write('late.txt', '8.8.8.0/24');
      clock.advance(MINUTE);
      await until(() => reader.find('vpn', address('8.8.8.8')) !== undefined);
    });

    it('refuses a file of more than 64 MiB without reading it', async () => {
      const path = await write('vpn.txt', '8.8.8.0/24\n');
      await truncate(path, 64 * 1024 * 1024 + 1);
      const reader = reading(`custom-vpn=${path}`);
      await reader.start();
      expect(reader.health()[0]?.lastError).toBe('It is larger than 64 MiB.');
    });

    it('looks no more after stop', async () => {
      const reader = reading(`custom-vpn=${await write('vpn.txt', '8.8.8.0/24')}`);
      await reader.start();
      expect(clock.pending).toBe(1);
      await reader.stop();
      expect(clock.pending).toBe(0);
      expect(reader.find('vpn', address('8.8.8.8'))).toBe('custom-vpn');
    });
  });
});
