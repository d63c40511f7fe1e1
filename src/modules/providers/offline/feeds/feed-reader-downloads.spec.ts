import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '../../../../../test/support/fake-clock.js';
import { parseIpAddress, type IpAddress } from '../../../../common/ip/ip-address.js';
import { parseFeedList } from './feed-catalogue.js';
import { FeedReader, type FeedReaderOptions } from './feed-reader.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const TIMEOUT = 60_000;
const START_WAIT = 1000;
const LOCATION = 'https://lists.example/vpn?token=not-a-key';
const EIGHT = parseIpAddress('8.8.8.8') as IpAddress;
const NINE = parseIpAddress('9.9.9.9') as IpAddress;

/** Remembers every delay that was asked for, but for how long the start waits for loading: each download asks for its timeout, and then for the time of the next one. */
class RecordingClock extends FakeClock {
  readonly delays: number[] = [];

  override after(delayMs: number, run: () => void): () => void {
    if (delayMs !== START_WAIT) this.delays.push(delayMs);
    return super.after(delayMs, run);
  }
}

describe('FeedReader downloads', () => {
  let directory: string;
  let clock: RecordingClock;
  let warnings: string[];
  let loads: number;
  /** The tags that the publisher was asked with. */
  let asked: (string | null)[];
  let answer: () => Response | Promise<Response>;
  let readers: FeedReader[];

  const publisher: typeof fetch = async (_, init) => {
    asked.push(new Headers(init?.headers).get('if-none-match'));
    return answer();
  };
  const list = (text: string, etag = '"v1"'): Response => new Response(text, { headers: { etag } });

  function reading(changes: Partial<FeedReaderOptions> = {}): FeedReader {
    const reader = new FeedReader({
      sources: parseFeedList(`custom-vpn=${LOCATION}`),
      directory,
      clock,
      fetch: publisher,
      mayDownload: true,
      onLoaded: () => (loads += 1),
      warn: (message) => warnings.push(message),
      random: () => 0,
      ...changes,
    });
    readers.push(reader);
    return reader;
  }

  async function until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await setImmediate();
  }

  /** Waits until `count` delays were asked for, that is, until the download before the last of them has ended. */
  const delays = (count: number): Promise<void> => until(() => clock.delays.length >= count);

  async function started(changes?: Partial<FeedReaderOptions>): Promise<FeedReader> {
    const reader = reading(changes);
    await reader.start();
    await delays(2);
    return reader;
  }

  async function advance(ms: number): Promise<void> {
    const before = clock.delays.length;
    clock.advance(ms);
    await delays(before + 2);
  }

  /** A new process on the same folder. */
  async function restarted(changes?: Partial<FeedReaderOptions>): Promise<FeedReader> {
    await Promise.all(readers.map((reader) => reader.stop()));
    asked = [];
    loads = 0;
    clock.delays.length = 0;
    const reader = reading(changes);
    await reader.start();
    return reader;
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'feed-downloads-'));
    clock = new RecordingClock();
    warnings = [];
    loads = 0;
    asked = [];
    readers = [];
    answer = () => list('8.8.8.0/24\n');
  });

  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.stop()));
    await rm(directory, { recursive: true });
  });

  it('does not wait for a download to start', async () => {
    answer = () => new Promise(() => undefined);
    const reader = reading();
    await reader.start();
    expect(asked).toHaveLength(1);
    expect(reader.health()[0]?.status).toBe('missing');
  });

  it('asks again when the refresh time is over, with the tag, and takes the new list', async () => {
    const reader = await started();
    expect(reader.find('vpn', EIGHT)).toBe('custom-vpn');
    answer = () => list('9.9.9.0/24\n', '"v2"');
    clock.advance(24 * HOUR - 1);
    expect(asked).toEqual([null]);
    await advance(1);
    expect(asked).toEqual([null, '"v1"']);
    expect([reader.find('vpn', EIGHT), reader.find('vpn', NINE)]).toEqual([undefined, 'custom-vpn']);
    expect(loads).toBe(2);
  });

  it.each([
    ['304', () => new Response(null, { status: 304 })],
    ['the same bytes', () => new Response('8.8.8.0/24\n')],
  ])('takes %s for a confirmation: fresh again, and nothing replaced', async (_, confirmation) => {
    const reader = await started();
    answer = confirmation;
    await advance(24 * HOUR);
    expect(loads).toBe(1);
    expect(reader.health()[0]).toMatchObject({ status: 'loaded', ageSeconds: 0 });
    await restarted();
    expect([asked, loads, clock.delays]).toEqual([[], 1, [24 * HOUR]]);
  });

  it('retries after 1, 2, 4 ... 60 minutes, warns once, and starts over after a success', async () => {
    answer = () => new Response('', { status: 503 });
    const reader = await started();
    for (let attempt = 1; attempt < 8; attempt += 1) await advance(clock.delays.at(-1) ?? 0);
    const minutes = clock.delays.filter((_, index) => index % 2 === 1).map((delay) => delay / MINUTE);
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(warnings).toHaveLength(1);
    answer = () => list('8.8.8.0/24\n');
    await advance(HOUR);
    expect(reader.health()[0]).toMatchObject({ status: 'loaded', lastError: undefined });
    answer = () => new Response('', { status: 503 });
    await advance(24 * HOUR);
    expect(clock.delays.at(-1)).toBe(MINUTE);
    expect(warnings).toHaveLength(2);
  });

  it('spreads retries over the second half of the time', async () => {
    answer = () => new Response('', { status: 503 });
    await started({ random: () => 1 });
    expect(clock.delays).toEqual([TIMEOUT, 30_000]);
  });

  it('keeps the loaded list, in memory and on disk, when the new copy is an HTML page', async () => {
    const reader = await started();
    answer = () => list('<html>Please sign in</html>', '"v2"');
    await advance(24 * HOUR);
    expect(reader.find('vpn', EIGHT)).toBe('custom-vpn');
    expect(reader.health()[0]?.lastError).toContain('HTML');
    expect((await restarted()).find('vpn', EIGHT)).toBe('custom-vpn');
  });

  it('shows neither URL nor token in warnings and health', async () => {
    answer = () => Promise.reject(new TypeError(`Failed to parse ${LOCATION}`));
    const reader = await started();
    const shown = JSON.stringify([warnings, reader.health()]);
    expect(shown).toContain('custom-vpn');
    expect(shown).not.toMatch(/not-a-key|lists\.example/);
  });

  it('runs two downloads at a time', async () => {
    const releases: (() => void)[] = [];
    answer = () =>
      new Promise((resolve) =>
        releases.push(() => {
          resolve(list('8.8.8.0/24\n'));
        }),
      );
    const sources = parseFeedList(
      'custom-vpn=https://a.example/,custom-vpn=https://b.example/,custom-tor=https://c.example/',
    );
    const reader = reading({ sources });
    await reader.start();
    expect(asked).toHaveLength(2);
    releases[0]?.();
    await until(() => asked.length === 3);
    releases[2]?.();
    await until(() => loads === 2);
  });

  describe('after a restart', () => {
    it('answers from the kept copy at once, and asks only when it is due', async () => {
      await started();
      clock.advance(HOUR);
      const reader = await restarted();
      expect(reader.find('vpn', EIGHT)).toBe('custom-vpn');
      expect([asked, loads, clock.delays]).toEqual([[], 1, [23 * HOUR]]);
      expect(reader.health()[0]).toMatchObject({ status: 'loaded', ageSeconds: 3600 });
    });

    it('asks with the kept tag when the copy is overdue, and calls an old one stale', async () => {
      await started();
      await Promise.all(readers.map((reader) => reader.stop()));
      clock.advance(73 * HOUR);
      answer = () => new Promise(() => undefined);
      const reader = await restarted();
      expect(asked).toEqual(['"v1"']);
      expect(reader.health()[0]?.status).toBe('stale');
      expect(reader.find('vpn', EIGHT)).toBe('custom-vpn');
    });

    it('ignores a copy that was cut short, and downloads it anew, whole', async () => {
      answer = () => list('8.8.8.0/24\n9.9.9.0/24\n');
      await started();
      await truncate(join(directory, 'custom-vpn.feed'), 11);
      const reader = await restarted();
      await until(() => reader.find('vpn', EIGHT) !== undefined);
      expect(asked).toEqual([null]);
      expect(reader.find('vpn', NINE)).toBe('custom-vpn');
    });

    it('without downloads serves the copy, however old, and asks nobody', async () => {
      await started();
      await Promise.all(readers.map((reader) => reader.stop()));
      clock.advance(1000 * HOUR);
      const reader = await restarted({ mayDownload: false });
      expect(reader.find('vpn', EIGHT)).toBe('custom-vpn');
      expect([asked, clock.pending]).toEqual([[], 0]);
    });

    it('without downloads and copy says why nothing is loaded', async () => {
      const reader = await restarted({ mayDownload: false });
      expect(reader.health()[0]?.lastError).toBe('Downloads are switched off, and no copy is kept.');
      expect(warnings).toHaveLength(1);
      expect(asked).toEqual([]);
    });
  });

  it('serves from memory where copies cannot be kept', async () => {
    await writeFile(join(directory, 'file'), '');
    const reader = await started({ directory: join(directory, 'file') });
    expect(reader.find('vpn', EIGHT)).toBe('custom-vpn');
    expect(warnings).toEqual([expect.stringContaining('cannot be kept')]);
  });

  it('writes nothing when no directory is given', async () => {
    const reader = await started({ directory: undefined });
    expect(reader.find('vpn', EIGHT)).toBe('custom-vpn');
    expect(await readdir(directory)).toEqual([]);
  });

  describe('stop', () => {
    it('aborts a running download of a real server, cancels every timer, and warns of nothing', async () => {
      const closed: boolean[] = [];
      const server = createServer((request) => request.socket.once('close', () => closed.push(true)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const requested = new Promise((resolve) => server.once('request', resolve));
      const reader = reading({ sources: parseFeedList(`custom-vpn=http://127.0.0.1:${port}/`), fetch });
      await reader.start();
      await requested;
      await reader.stop();
      await until(() => closed.length === 1);
      // fetch connects anew after an abort, and keeps that connection for four seconds.
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      expect([clock.pending, warnings]).toEqual([0, []]);
    });

    it('takes no list that arrives afterwards, and starts no waiting download', async () => {
      let deliver: (response: Response) => void = () => undefined;
      answer = () => new Promise((resolve) => (deliver = resolve));
      const sources = parseFeedList(
        'custom-vpn=https://a.example/,custom-vpn=https://b.example/,custom-vpn=https://c.example/',
      );
      const reader = reading({ sources });
      await reader.start();
      await reader.stop();
      deliver(list('8.8.8.0/24\n'));
      await setImmediate();
      expect([asked.length, loads, reader.find('vpn', EIGHT), clock.pending]).toEqual([2, 0, undefined, 0]);
    });
  });
});
