import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMmdb } from '../../../../../test/support/write-mmdb.js';
import { MmdbFile } from './mmdb-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ip-risk-kind-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function opened(databaseType: string, kind: 'city' | 'asn'): Promise<unknown> {
  const path = join(folder, 'some.mmdb');
  await writeFile(path, writeMmdb({ ipVersion: 4, databaseType, records: [{ prefix: '8.8.8.0/24', data: {} }] }));
  return MmdbFile.open(path, kind);
}

describe('MmdbFile', () => {
  it.each([
    ['GeoLite2-City', 'asn'],
    ['city ipv4', 'asn'],
    ['DBIP-Location (compat=City)', 'asn'],
    ['GeoLite2-ASN', 'city'],
    ['DBIP-ASN-Lite (compat=GeoLite2-ASN)', 'city'],
  ] as const)('refuses a "%s" database in the place of the %s one', async (databaseType, kind) => {
    await expect(opened(databaseType, kind)).rejects.toThrow(/not the (city|asn) one that belongs here/);
  });

  it.each([
    ['GeoLite2-City', 'city'],
    ['GeoLite2-Country', 'city'],
    ['our own', 'city'],
    ['GeoIP2-ISP', 'asn'],
    ['our own', 'asn'],
  ] as const)('opens a "%s" database as the %s one', async (databaseType, kind) => {
    await expect(opened(databaseType, kind)).resolves.toBeInstanceOf(MmdbFile);
  });
});
