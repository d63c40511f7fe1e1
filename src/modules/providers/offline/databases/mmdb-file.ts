import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Reader, type Response } from 'maxmind';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { fromIpv4Value, fromIpv6Words, type IpAddress } from '../../../../common/ip/ip-address.js';
import { readWholeFile } from './read-whole-file.js';

/** Zero bytes between the search tree and the data section (MaxMind DB specification 2.0). */
const SEPARATOR_BYTES = 16;
const PROBES = 512;
const CACHED_RECORDS = 10_000;

/** Decoded records, about 300 bytes each. Most clients come from few networks; order of use is not worth its price here. */
class RecordCache {
  private readonly records = new Map<string | number, unknown>();

  get(offset: string | number): unknown {
    return this.records.get(offset);
  }

  set(offset: string | number, record: unknown): void {
    if (this.records.size >= CACHED_RECORDS) this.records.clear();
    this.records.set(offset, record);
  }
}

/** What a file is opened for. */
export type MmdbKind = 'city' | 'asn';

/** Names in `databaseType` that belong to the other kind. Publishers choose the name freely, so nothing more is asked. */
const OTHER_KIND: Readonly<Record<MmdbKind, RegExp>> = {
  city: /^(?!.*(city|location|country)).*\b(asn|isp)\b/i,
  asn: /^(?!.*(asn|isp)).*(city|location|country)/i,
};

/** One MaxMind DB file in memory, replaced only by a newer one that passes the same checks. */
export class MmdbFile {
  private constructor(
    private readonly path: string,
    private readonly kind: MmdbKind,
    private reader: Reader<Response>,
    private stamp: string,
  ) {}

  /** @throws InvalidDatasetError naming the file and the reason. */
  static async open(path: string, kind: MmdbKind): Promise<MmdbFile> {
    const stamp = await stampOf(path);
    return new MmdbFile(path, kind, await readValid(path, kind), stamp);
  }

  /** 4: holds IPv4 only and must not be asked for IPv6, where it answers at random. 6: may hold both. */
  get ipVersion(): 4 | 6 {
    return this.reader.metadata.ipVersion === 4 ? 4 : 6;
  }

  /** ISO day on which the data was built. */
  get date(): string {
    return this.reader.metadata.buildEpoch.toISOString().slice(0, 10);
  }

  get name(): string {
    return basename(this.path);
  }

  /** The record, or `undefined` where the file has none or the record cannot be read. */
  find(address: IpAddress): Response | undefined {
    if (address.family === 6 && this.ipVersion === 4) return undefined;
    try {
      return this.reader.get(address.text) ?? undefined;
    } catch {
      // A flipped bit in the data section shows only when its record is read. Unreadable is unknown.
      return undefined;
    }
  }

  /**
   * Loads the file again when it has changed on disk.
   *
   * @returns true when a newer one is in use.
   * @throws InvalidDatasetError when the changed file is not valid; the one before stays in use.
   */
  async reloadIfChanged(): Promise<boolean> {
    const stamp = await stampOf(this.path);
    if (stamp === this.stamp) return false;
    // Remembered also when it proves bad or is gone, so that one bad file is reported once.
    this.stamp = stamp;
    this.reader = await readValid(this.path, this.kind);
    return true;
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}:${size}:${ino}`;
  } catch {
    // Reading it says why; a stamp like any other makes it loaded again when it is back.
    return 'unreadable';
  }
}

async function readValid(path: string, kind: MmdbKind): Promise<Reader<Response>> {
  const file = await readWholeFile(path);
  let reader: Reader<Response>;
  try {
    reader = new Reader<Response>(file, { cache: new RecordCache() });
  } catch (cause) {
    throw new InvalidDatasetError(`${basename(path)} is not a MaxMind DB file; download it again.`, { cause });
  }
  const { searchTreeSize, nodeCount, ipVersion, buildEpoch, databaseType } = reader.metadata;
  if (OTHER_KIND[kind].test(databaseType)) {
    throw new InvalidDatasetError(
      `${basename(path)} is a "${databaseType}" database, not the ${kind} one that belongs here.`,
    );
  }
  const isDated = buildEpoch.getTime() < Date.UTC(10_000, 0);
  if (!isDated || (ipVersion !== 4 && ipVersion !== 6)) {
    throw new InvalidDatasetError(`${basename(path)} is damaged: its metadata cannot be right; download it again.`);
  }
  const separator = file.subarray(searchTreeSize, searchTreeSize + SEPARATOR_BYTES);
  if (nodeCount < 1 || separator.length < SEPARATOR_BYTES || separator.some((byte) => byte !== 0)) {
    throw new InvalidDatasetError(
      `${basename(path)} is damaged: its search tree has the wrong size; download it again.`,
    );
  }
  probe(reader, path);
  return reader;
}

/** Reads addresses spread over the whole space; a damaged tree or record throws. */
function probe(reader: Reader<Response>, path: string): void {
  const { ipVersion } = reader.metadata;
  try {
    for (let index = 0; index < PROBES; index += 1) {
      // Odd multiples of the golden ratio walk through the 32 bits evenly.
      const bits = Math.imul(index, 0x9e3779b1) >>> 0;
      const isIpv6 = ipVersion === 6 && index % 2 === 1;
      const address = isIpv6 ? fromIpv6Words([(0x20000000 | (bits >>> 3)) >>> 0, bits, 0, 1]) : fromIpv4Value(bits);
      reader.get(address.text);
    }
  } catch (cause) {
    throw new InvalidDatasetError(`${basename(path)} is damaged: a record cannot be read; download it again.`, {
      cause,
    });
  }
}
