import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMmdb } from '../../../../../test/support/write-mmdb.js';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { fromIpv4Value, fromIpv6Words } from '../../../../common/ip/ip-address.js';
import { toIpLocation } from './city-record.js';
import { MmdbFile } from './mmdb-file.js';

const DAMAGED_COPIES = 300;
const LOOKUPS = 100;
/** Of one copy's opening and lookups, in the time of this process alone: other work on the machine does not count. */
const LONGEST_MICROSECONDS = 1_000_000;
/** For all copies together: a slow disk is no hang. */
const PATIENCE_MS = 60_000;

/** Every /8 has a record of its own, with texts that other records point to. */
const GOOD = writeMmdb({
  ipVersion: 6,
  databaseType: 'Test-City',
  records: Array.from({ length: 64 }, (_, index) => [
    {
      prefix: `${index * 4}.0.0.0/6`,
      data: {
        country: { iso_code: 'DE' },
        city: { names: { en: `City ${index}`, de: `Stadt ${index}` } },
        subdivisions: [{ names: { en: 'Hesse' } }, { iso_code: 'HE' }],
        location: { latitude: index + 0.5, longitude: -index - 0.25, accuracy_radius: index * 10 },
        is_anycast: index % 2 === 0,
      },
    },
    { prefix: `2001:${index.toString(16)}00::/24`, data: { country_code: 'US', city: `Town ${index}` } },
  ]).flat(),
});
const MARKER = GOOD.lastIndexOf('MaxMind.com') - 3;

/** Numbers in [0, below) that are the same in every run (xorshift). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}

describe('a damaged MaxMind DB file', () => {
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mmdb-damage-'));
    path = join(folder, 'city.mmdb');
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function opening(bytes: Buffer): Promise<unknown> {
    await writeFile(path, bytes);
    return MmdbFile.open(path, 'city').catch((error: unknown) => error);
  }

  it('opens while it is whole', async () => {
    expect(await opening(GOOD)).toBeInstanceOf(MmdbFile);
  });

  it('is refused wherever a download broke off', async () => {
    const cuts = Array.from({ length: 40 }, (_, index) => Math.floor((GOOD.length * index) / 40));
    for (const cut of [...cuts, MARKER, MARKER + 14, MARKER + 15, GOOD.length - 40]) {
      expect(await opening(GOOD.subarray(0, cut))).toBeInstanceOf(InvalidDatasetError);
    }
  });

  it('is refused when bytes are missing in front or in the middle', async () => {
    expect(await opening(GOOD.subarray(6))).toBeInstanceOf(InvalidDatasetError);
    const middle = Math.floor(GOOD.length / 4);
    const holed = Buffer.concat([GOOD.subarray(0, middle), GOOD.subarray(middle + 512)]);
    expect(await opening(holed)).toBeInstanceOf(InvalidDatasetError);
  });

  it('is refused when the tree does not end where the separator is', async () => {
    const separator = GOOD.indexOf(Buffer.alloc(16));
    const damaged = Buffer.from(GOOD);
    damaged[separator + 8] = 1;
    const error = await opening(damaged);
    expect(error).toBeInstanceOf(InvalidDatasetError);
    expect(error).toHaveProperty('message', expect.stringContaining('search tree'));
  });

  it.each([
    ['node_count', 1],
    ['node_count', 0x7f],
    ['ip_version', 1],
    ['record_size', 4],
    ['build_epoch', 0x80],
  ])('is refused when its %s is altered', async (name, bits) => {
    const damaged = Buffer.from(GOOD);
    // The key, one or two control bytes, and then the number, whose first byte is altered.
    const key = GOOD.indexOf(name, MARKER);
    const control = key + name.length;
    const number = control + (name === 'build_epoch' ? 2 : 1);
    damaged[number] = (damaged[number] as number) ^ bits;
    // A date past the year 275,760 takes eight bytes: the name of the next key serves as the rest of the number.
    if (name === 'build_epoch') damaged[control] = 8;
    expect(await opening(damaged)).toBeInstanceOf(InvalidDatasetError);
  });

  it(
    'is refused, or answers without throwing, and never hangs',
    async () => {
      const below = seeded(20260605);
      let refused = 0;
      for (let copy = 0; copy < DAMAGED_COPIES; copy += 1) {
        let damaged = Buffer.from(GOOD);
        if (copy % 3 === 0) damaged = damaged.subarray(0, below(damaged.length));
        for (let flips = copy % 3 === 1 ? 1 : below(12); flips > 0 && damaged.length > 0; flips -= 1) {
          const at = below(damaged.length);
          damaged[at] = (damaged[at] as number) ^ (1 << below(8));
        }
        await writeFile(path, damaged);
        const begun = process.cpuUsage();
        const file = await MmdbFile.open(path, 'city').catch((error: unknown) => error);
        if (file instanceof MmdbFile) {
          expect(file.date).toMatch(/^\d{4}-\d\d-\d\d$/);
          for (let lookup = 0; lookup < LOOKUPS; lookup += 2) {
            toIpLocation(file.find(fromIpv4Value(below(2 ** 32))));
            toIpLocation(file.find(fromIpv6Words([0x20010000 + below(0x4000), below(2 ** 32), 0, 1])));
          }
        } else {
          expect(file).toBeInstanceOf(InvalidDatasetError);
          refused += 1;
        }
        const { user, system } = process.cpuUsage(begun);
        expect(user + system).toBeLessThan(LONGEST_MICROSECONDS);
      }
      // Both outcomes have been met: without a checksum a flipped bit in a text cannot be told from another text.
      expect(refused).toBeGreaterThan(DAMAGED_COPIES / 3);
      expect(refused).toBeLessThan(DAMAGED_COPIES);
    },
    PATIENCE_MS,
  );
});
