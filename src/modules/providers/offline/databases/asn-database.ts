import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createHash } from 'node:crypto';
import type { IpAddress } from '../../../../common/ip/ip-address.js';
import type { IpNetwork } from '../../ip-intelligence.js';
import { packAsnCsv } from './asn-csv.js';
import { AsnPack } from './asn-pack.js';
import { MmdbFile } from './mmdb-file.js';
import { readWholeFile } from './read-whole-file.js';

/** ASN and organisation by address. */
export interface AsnDatabase {
  readonly name: string;
  /** ISO day of the data, where the files say. */
  readonly date: string | undefined;
  find(address: IpAddress): IpNetwork | undefined;
  /** True when newer data is in use. @throws InvalidDatasetError when the new file is bad; the old data stays. */
  reloadIfChanged(): Promise<boolean>;
}

/** An `.mmdb` file with GeoLite2-ASN's fields, which DB-IP's downloads share. */
export async function openAsnMmdb(path: string): Promise<AsnDatabase> {
  const file = await MmdbFile.open(path, 'asn');
  return {
    name: file.name,
    get date() {
      return file.date;
    },
    find: (address) => toIpNetwork(file.find(address)),
    reloadIfChanged: () => file.reloadIfChanged(),
  };
}

function toIpNetwork(record: unknown): IpNetwork | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const { autonomous_system_number: asn, autonomous_system_organization: name } = record as Record<string, unknown>;
  if (!Number.isInteger(asn)) return undefined;
  const organization = typeof name === 'string' && name !== '' ? name : undefined;
  return { asn: asn as number, organization, isp: organization };
}

/**
 * CSV files, packed on first use into `directory` and read from there afterwards.
 *
 * @param directory where the pack is kept; `undefined` packs into memory at every start.
 */
export async function openAsnCsv(
  paths: readonly string[],
  date: string | undefined,
  directory: string | undefined,
): Promise<AsnDatabase> {
  let stamp = await stampOf(paths);
  let pack = await loadPack(paths, stamp, directory);
  return {
    name: paths.map((path) => basename(path)).join('+'),
    date,
    find: (address) => pack.find(address),
    async reloadIfChanged() {
      const now = await stampOf(paths);
      if (now === stamp) return false;
      stamp = now;
      pack = await loadPack(paths, now, directory);
      return true;
    },
  };
}

async function stampOf(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(paths.map(async (path) => `${path}:${await stateOf(path)}`));
  return createHash('sha256').update(states.join('|')).digest('hex').slice(0, 16);
}

async function stateOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size}:${mtimeMs}`;
  } catch {
    // Reading it says why; a state like any other makes it loaded again when it is back.
    return 'unreadable';
  }
}

async function loadPack(paths: readonly string[], stamp: string, directory: string | undefined): Promise<AsnPack> {
  const name = `asn-${stamp}.pack`;
  if (directory !== undefined) {
    try {
      return AsnPack.fromBuffer(await readWholeFile(join(directory, name)));
    } catch {
      // Not packed yet, or damaged: it is made again below.
    }
  }
  const pack = packAsnCsv(await Promise.all(paths.map((path) => readWholeFile(path))));
  if (directory !== undefined) await keep(pack, directory, name);
  return pack;
}

/** Written beside and renamed, so that a reader never sees half a file. A full or read-only disk costs only the next start. */
async function keep(pack: AsnPack, directory: string, name: string): Promise<void> {
  const unfinished = join(directory, `${name}.${process.pid}.tmp`);
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(unfinished, pack.toBuffer());
    await rename(unfinished, join(directory, name));
    // Every change of the tables makes a pack of a new name: without this, old ones would fill the disk.
    const others = (await readdir(directory)).filter((other) => /^asn-\w+\.pack$/.test(other) && other !== name);
    await Promise.all(others.map((other) => rm(join(directory, other), { force: true })));
  } catch {
    // The pack in memory serves all the same; half a file is of no use.
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}
