import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMmdb } from '../../../../../test/support/write-mmdb.js';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { parseIpAddress } from '../../../../common/ip/ip-address.js';
import { openAsnCsv, openAsnMmdb, type AsnDatabase } from './asn-database.js';

const DATE = '2026-06-17';

/** `64500 Name` as one text; '' where the database has nothing. */
function at(database: AsnDatabase, text: string): string {
  const address = parseIpAddress(text);
  const network = address === undefined ? undefined : database.find(address);
  return network === undefined ? '' : `${network.asn ?? ''} ${network.organization ?? ''}`;
}

describe('an ASN database', () => {
  let folder: string;
  let kept: string;
  let ipv4: string;
  let ipv6: string;

  /** The file as of `day`: versions written within one millisecond differ in time all the same. */
  async function put(path: string, content: string | Buffer, day: number): Promise<string> {
    await writeFile(path, content);
    await utimes(path, new Date(2026, 0, day), new Date(2026, 0, day));
    return path;
  }

  const packs = async (): Promise<string[]> => (await readdir(kept)).sort();
  const open = (): Promise<AsnDatabase> => openAsnCsv([ipv4, ipv6], DATE, kept);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'asn-database-'));
    kept = join(folder, 'data');
    ipv4 = await put(join(folder, 'asn-ipv4.csv'), '1.0.0.0,1.0.0.255,1,"One, Inc."\n', 1);
    ipv6 = await put(join(folder, 'asn-ipv6.csv'), '2001:db8::,2001:db8::ffff,6,Six\n', 1);
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  describe('of CSV files', () => {
    it('answers both families out of two files', async () => {
      const database = await open();
      expect([at(database, '1.0.0.1'), at(database, '2001:db8::1'), at(database, '9.9.9.9')]).toEqual([
        '1 One, Inc.',
        '6 Six',
        '',
      ]);
      expect([database.name, database.date]).toEqual(['asn-ipv4.csv+asn-ipv6.csv', DATE]);
    });

    it('packs the tables once, and reads the pack from then on', async () => {
      await open();
      const [name, ...others] = await packs();
      expect([name, others]).toEqual([expect.stringMatching(/^asn-[0-9a-f]{16}\.pack$/), []]);
      const before = await stat(join(kept, name ?? ''));
      // Of the same size and time, but no table: whoever reads it throws.
      await put(ipv4, 'x'.repeat((await stat(ipv4)).size), 1);
      const database = await open();
      expect([at(database, '1.0.0.1'), at(database, '2001:db8::1')]).toEqual(['1 One, Inc.', '6 Six']);
      expect(await stat(join(kept, name ?? ''))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    });

    it.each([
      ['cut short', (block: Buffer) => block.subarray(0, 100)],
      ['emptied', () => Buffer.alloc(0)],
      ['altered', (block: Buffer) => Buffer.from(block.toString('latin1').replace('One', 'Two'), 'latin1')],
    ])('makes a pack anew that was %s', async (_, damage) => {
      await open();
      const [name = ''] = await packs();
      const good = await readFile(join(kept, name));
      await writeFile(join(kept, name), damage(good));
      expect(at(await open(), '1.0.0.1')).toBe('1 One, Inc.');
      expect(await packs()).toEqual([name]);
      expect((await readFile(join(kept, name))).equals(good)).toBe(true);
    });

    it('leaves no pack of older tables behind, and touches nothing else', async () => {
      await open();
      const [old] = await packs();
      await writeFile(join(kept, 'asn-notes.txt'), 'mine');
      await writeFile(join(kept, 'tor-exits.feed'), '1.2.3.4');
      await put(ipv4, '1.0.0.0,1.0.0.255,2,Two\n', 2);
      expect(at(await open(), '1.0.0.1')).toBe('2 Two');
      const left = await packs();
      expect(left).toHaveLength(3);
      expect(left).toEqual(expect.arrayContaining(['asn-notes.txt', 'tor-exits.feed']));
      expect(left).not.toContain(old);
    });

    it('answers all the same when the folder cannot be made or written', async () => {
      const database = await openAsnCsv([ipv4, ipv6], DATE, join(ipv4, 'data'));
      expect(at(database, '1.0.0.1')).toBe('1 One, Inc.');
    });

    it('leaves no half pack behind when it cannot be put in its place', async () => {
      await open();
      const [name = ''] = await packs();
      await rm(join(kept, name));
      // A folder of that name cannot be replaced by a file.
      await mkdir(join(kept, name));
      expect(at(await open(), '1.0.0.1')).toBe('1 One, Inc.');
      expect((await packs()).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    });

    it('writes nothing when it has no folder', async () => {
      const database = await openAsnCsv([ipv4], DATE, undefined);
      expect(at(database, '1.0.0.1')).toBe('1 One, Inc.');
      expect((await readdir(folder)).sort()).toEqual(['asn-ipv4.csv', 'asn-ipv6.csv']);
    });

    it.each([
      ['is not there', undefined, 'asn-ipv6.csv cannot be read; check the path and its rights.'],
      ['is no table', '<html>', 'The ASN table has an unreadable row near byte 0; download it again.'],
    ])('does not open when a file %s', async (_, content, message) => {
      await rm(ipv6);
      if (content !== undefined) await put(ipv6, content, 1);
      await expect(open()).rejects.toMatchObject({ code: 'DATASET_INVALID', message });
    });

    describe('reloadIfChanged', () => {
      let database: AsnDatabase;

      beforeEach(async () => {
        database = await open();
      });

      it('leaves files alone that have not changed', async () => {
        expect(await database.reloadIfChanged()).toBe(false);
      });

      it('uses the newer tables when one of the files is new', async () => {
        await put(ipv6, '2001:db8::,2001:db8::ffff,66,Sixty-six\n', 2);
        expect(await database.reloadIfChanged()).toBe(true);
        expect([at(database, '1.0.0.1'), at(database, '2001:db8::1')]).toEqual(['1 One, Inc.', '66 Sixty-six']);
        expect(await database.reloadIfChanged()).toBe(false);
      });

      it('keeps the good tables when a bad one takes the place of one, and reports that once', async () => {
        await put(ipv4, 'bad', 2);
        await expect(database.reloadIfChanged()).rejects.toThrow(InvalidDatasetError);
        expect([await database.reloadIfChanged(), at(database, '1.0.0.1')]).toEqual([false, '1 One, Inc.']);
        await put(ipv4, '1.0.0.0,1.0.0.255,3,Three\n', 3);
        expect([await database.reloadIfChanged(), at(database, '1.0.0.1')]).toEqual([true, '3 Three']);
      });

      it('keeps answering while a file is away, reports that once, and takes it up when it is back', async () => {
        const content = await readFile(ipv4);
        await rm(ipv4);
        await expect(database.reloadIfChanged()).rejects.toThrow('asn-ipv4.csv cannot be read');
        expect([await database.reloadIfChanged(), at(database, '1.0.0.1')]).toEqual([false, '1 One, Inc.']);
        await put(ipv4, content, 1);
        expect([await database.reloadIfChanged(), at(database, '1.0.0.1')]).toEqual([true, '1 One, Inc.']);
      });
    });
  });

  describe('of an .mmdb file', () => {
    const asnFile = (number: number): Buffer =>
      writeMmdb({
        ipVersion: 6,
        databaseType: 'GeoLite2-ASN',
        buildEpoch: '2026-05-04T00:00:00Z',
        records: [
          {
            prefix: '1.0.0.0/24',
            data: { autonomous_system_number: number, autonomous_system_organization: 'One, Inc.' },
          },
          { prefix: '2.0.0.0/24', data: { autonomous_system_number: 2 } },
          { prefix: '3.0.0.0/24', data: { autonomous_system_number: 3, autonomous_system_organization: '' } },
          { prefix: '4.0.0.0/24', data: { autonomous_system_number: '4', autonomous_system_organization: 'Four' } },
          { prefix: '5.0.0.0/24', data: 'AS5' },
          { prefix: '2001:db8::/32', data: { autonomous_system_number: 6, autonomous_system_organization: 'Six' } },
        ],
      });

    it('answers with number and name, where the record has them', async () => {
      const database = await openAsnMmdb(await put(join(folder, 'asn.mmdb'), asnFile(1), 1));
      expect(['1.0.0.1', '2.0.0.1', '3.0.0.1', '2001:db8::1'].map((text) => at(database, text))).toEqual([
        '1 One, Inc.',
        '2 ',
        '3 ',
        '6 Six',
      ]);
      expect(['4.0.0.1', '5.0.0.1', '6.0.0.1', '2001:db9::1'].map((text) => at(database, text))).toEqual(
        new Array(4).fill(''),
      );
      expect([database.name, database.date]).toEqual(['asn.mmdb', '2026-05-04']);
    });

    it('uses a newer file, and keeps the good one when a bad one takes its place', async () => {
      const path = await put(join(folder, 'asn.mmdb'), asnFile(1), 1);
      const database = await openAsnMmdb(path);
      await put(path, asnFile(11), 2);
      expect([await database.reloadIfChanged(), at(database, '1.0.0.1')]).toEqual([true, '11 One, Inc.']);
      await put(path, 'bad', 3);
      await expect(database.reloadIfChanged()).rejects.toThrow(InvalidDatasetError);
      expect([await database.reloadIfChanged(), at(database, '1.0.0.1')]).toEqual([false, '11 One, Inc.']);
    });
  });
});
