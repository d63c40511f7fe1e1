import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMmdb, type MmdbContent } from '../../../../../test/support/write-mmdb.js';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../../common/ip/ip-address.js';
import { CityDatabase } from './city-database.js';

const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const inCity = (city: string): Record<string, string> => ({ country_code: 'DE', city });

describe('CityDatabase', () => {
  let folder: string;

  async function file(name: string, content: Pick<MmdbContent, 'ipVersion' | 'records'> & Partial<MmdbContent>) {
    const path = join(folder, name);
    await writeFile(path, writeMmdb({ databaseType: 'Test-City', ...content }));
    return path;
  }

  const ipv4File = (buildEpoch: string): Promise<string> =>
    file('v4.mmdb', { ipVersion: 4, buildEpoch, records: [{ prefix: '0.0.0.0/0', data: inCity('Bonn') }] });
  const ipv6File = (buildEpoch: string): Promise<string> =>
    file('v6.mmdb', { ipVersion: 6, buildEpoch, records: [{ prefix: '2000::/3', data: inCity('Köln') }] });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'city-database-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it.each(['IPv4 first', 'IPv6 first'])('asks of two files the one that holds the family, with %s', async (order) => {
    const paths = [await ipv4File('2026-01-01'), await ipv6File('2026-01-01')];
    const database = await CityDatabase.open(order === 'IPv4 first' ? paths : paths.toReversed());
    expect(database.find(address('32.1.72.96'))?.city).toBe('Bonn');
    expect(database.find(address('2001:4860::1'))?.city).toBe('Köln');
    expect(database.find(address('fd00::1'))).toBeUndefined();
  });

  it('answers both families out of one combined file', async () => {
    const path = await file('city.mmdb', {
      ipVersion: 6,
      records: [
        { prefix: '1.0.0.0/8', data: inCity('Bonn') },
        { prefix: '2000::/3', data: inCity('Köln') },
      ],
    });
    const database = await CityDatabase.open([path]);
    expect(database.find(address('1.2.3.4'))?.city).toBe('Bonn');
    expect(database.find(address('2001:4860::1'))?.city).toBe('Köln');
  });

  it('is as old as its oldest file, and named by both', async () => {
    const database = await CityDatabase.open([await ipv4File('2026-06-05'), await ipv6File('2025-12-31')]);
    expect([database.date, database.name]).toEqual(['2025-12-31', 'v4.mmdb+v6.mmdb']);
  });

  it('knows nothing where the record says nothing', async () => {
    const records = [{ prefix: '1.0.0.0/8', data: { country_code: '', city: '' } }];
    const database = await CityDatabase.open([await file('v4.mmdb', { ipVersion: 4, records })]);
    expect(database.find(address('1.2.3.4'))).toBeUndefined();
  });

  it('answers out of the newer file when one was reloaded', async () => {
    const path = await ipv4File('2026-01-01');
    const database = await CityDatabase.open([path]);
    expect(database.find(address('1.2.3.4'))?.city).toBe('Bonn');
    await file('v4.mmdb', { ipVersion: 4, records: [{ prefix: '0.0.0.0/0', data: inCity('Ulm!') }] });
    await utimes(path, new Date(2030, 0), new Date(2030, 0));
    expect(await database.files[0]?.reloadIfChanged()).toBe(true);
    expect(database.find(address('1.2.3.4'))?.city).toBe('Ulm!');
  });

  it('does not open when one of its files is bad', async () => {
    const good = await ipv4File('2026-01-01');
    await writeFile(join(folder, 'bad.mmdb'), 'bad');
    await expect(CityDatabase.open([good, join(folder, 'bad.mmdb')])).rejects.toThrow(InvalidDatasetError);
  });
});
