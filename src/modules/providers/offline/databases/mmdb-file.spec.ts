import { copyFile, mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMmdb, type MmdbContent } from '../../../../../test/support/write-mmdb.js';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../../common/ip/ip-address.js';
import { MmdbFile } from './mmdb-file.js';

const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

describe('MmdbFile', () => {
  let folder: string;
  let path: string;

  /** The same address says which version of the file answered. */
  const database = (says: string, changes: Partial<MmdbContent> = {}): Buffer =>
    writeMmdb({
      ipVersion: 6,
      databaseType: 'Test-City',
      records: [
        { prefix: '8.8.8.0/24', data: { says } },
        { prefix: '2001:4860::/32', data: { says: `${says} in IPv6` } },
      ],
      ...changes,
    });

  /** The bytes as of `day`: two versions written within one millisecond differ in time all the same. */
  async function put(bytes: Buffer | string, day: number, at = path): Promise<void> {
    await writeFile(at, bytes);
    await utimes(at, new Date(2026, 0, day), new Date(2026, 0, day));
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mmdb-file-'));
    path = join(folder, 'city.mmdb');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  describe('open', () => {
    it('answers both families out of a combined file, and nothing where the file has nothing', async () => {
      await put(database('one'), 1);
      const file = await MmdbFile.open(path, 'city');
      expect(file.find(address('8.8.8.8'))).toEqual({ says: 'one' });
      expect(file.find(address('2001:4860:4860::8888'))).toEqual({ says: 'one in IPv6' });
      expect(file.find(address('8.8.9.8'))).toBeUndefined();
      expect(file.find(address('2001:4861::'))).toBeUndefined();
    });

    it('never answers for IPv6 out of a file that holds IPv4 only', async () => {
      // The first 32 bits of 2001:4860:: read as IPv4 are 32.1.72.96.
      const records = [{ prefix: '0.0.0.0/0', data: { says: 'anything' } }];
      await put(database('one', { ipVersion: 4, records }), 1);
      const file = await MmdbFile.open(path, 'city');
      expect(file.ipVersion).toBe(4);
      expect(file.find(address('32.1.72.96'))).toEqual({ says: 'anything' });
      expect(file.find(address('2001:4860:4860::8888'))).toBeUndefined();
    });

    it('takes an IPv4-mapped address for the IPv4 address it is', async () => {
      await put(database('one'), 1);
      expect((await MmdbFile.open(path, 'city')).find(address('::ffff:8.8.8.8'))).toEqual({ says: 'one' });
    });

    it('tells the name of the file without its folder, and the day of the data', async () => {
      await put(database('one', { buildEpoch: '2026-03-04T23:59:59Z' }), 1);
      const file = await MmdbFile.open(path, 'city');
      expect([file.name, file.date, file.ipVersion]).toEqual(['city.mmdb', '2026-03-04', 6]);
    });

    it('opens a database without records, which answers nothing', async () => {
      await put(database('one', { records: [] }), 1);
      expect((await MmdbFile.open(path, 'city')).find(address('8.8.8.8'))).toBeUndefined();
    });
  });

  describe('reloadIfChanged', () => {
    let file: MmdbFile;

    const says = (): unknown => file.find(address('8.8.8.8'));

    beforeEach(async () => {
      await put(database('one'), 1);
      file = await MmdbFile.open(path, 'city');
    });

    it('leaves a file alone that has not changed', async () => {
      expect(await file.reloadIfChanged()).toBe(false);
      expect(says()).toEqual({ says: 'one' });
    });

    it('uses a newer file from then on', async () => {
      await put(database('two', { buildEpoch: '2026-07-01T00:00:00Z' }), 2);
      expect(says()).toEqual({ says: 'one' });
      expect(await file.reloadIfChanged()).toBe(true);
      expect([says(), file.date]).toEqual([{ says: 'two' }, '2026-07-01']);
      expect(await file.reloadIfChanged()).toBe(false);
    });

    it('sees a file renamed over the old one that has the same size and time', async () => {
      const beside = join(folder, 'city.mmdb.new');
      await put(database('two'), 1, beside);
      await rename(beside, path);
      expect(await file.reloadIfChanged()).toBe(true);
      expect(says()).toEqual({ says: 'two' });
    });

    it('keeps the good one when a bad one takes its place, and reports that once', async () => {
      await put('<html>503 Service Unavailable</html>', 2);
      await expect(file.reloadIfChanged()).rejects.toThrow(InvalidDatasetError);
      expect([await file.reloadIfChanged(), says()]).toEqual([false, { says: 'one' }]);
    });

    it('reports a second bad file anew, and uses the good one after it', async () => {
      await put('bad', 2);
      await expect(file.reloadIfChanged()).rejects.toThrow(InvalidDatasetError);
      await put(database('two').subarray(0, -20), 3);
      await expect(file.reloadIfChanged()).rejects.toThrow(InvalidDatasetError);
      await put(database('three'), 4);
      expect([await file.reloadIfChanged(), says()]).toEqual([true, { says: 'three' }]);
    });

    it('keeps answering while the file is away, reports that once, and takes it up when it is back', async () => {
      const away = join(folder, 'away.mmdb');
      await rename(path, away);
      await expect(file.reloadIfChanged()).rejects.toThrow('city.mmdb cannot be read; check the path and its rights.');
      expect([await file.reloadIfChanged(), says()]).toEqual([false, { says: 'one' }]);
      await rename(away, path);
      expect([await file.reloadIfChanged(), says()]).toEqual([true, { says: 'one' }]);
    });

    it('answers out of memory when the file is overwritten in place', async () => {
      const other = join(folder, 'other.mmdb');
      await put(Buffer.alloc(10_000, 0xff), 2, other);
      await copyFile(other, path);
      expect(says()).toEqual({ says: 'one' });
    });
  });

  describe('a file that cannot be used', () => {
    const refusal = async (): Promise<unknown> => MmdbFile.open(path, 'city').catch((error: unknown) => error);

    it('is named in the refusal when it is not there', async () => {
      const error = await refusal();
      expect(error).toBeInstanceOf(InvalidDatasetError);
      expect(error).toHaveProperty('message', 'city.mmdb cannot be read; check the path and its rights.');
    });

    it('is refused when it is a folder', async () => {
      await mkdir(path);
      expect(await refusal()).toBeInstanceOf(InvalidDatasetError);
    });

    it.each([
      ['empty', ''],
      ['one byte', 'x'],
      ['text', 'network,city\n1.0.0.0/24,Sydney\n'.repeat(1000)],
      ['the marker and nothing after it', Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')],
      ['zero bytes', Buffer.alloc(5000)],
      ['all ones', Buffer.alloc(5000, 0xff)],
    ])('is refused as no MaxMind DB when it is %s', async (_, bytes) => {
      await put(bytes, 1);
      const error = await refusal();
      expect(error).toBeInstanceOf(InvalidDatasetError);
      expect(error).toHaveProperty('message', 'city.mmdb is not a MaxMind DB file; download it again.');
    });

    it('never has its folder in the message', async () => {
      await put('text', 1);
      expect(((await refusal()) as Error).message).not.toContain(folder);
    });
  });
});
