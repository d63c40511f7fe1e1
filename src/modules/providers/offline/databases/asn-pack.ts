import { createHash } from 'node:crypto';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import type { IpAddress } from '../../../../common/ip/ip-address.js';
import { indexInIpv4Ranges, indexInIpv6Ranges } from '../../../../common/ip/range-search.js';
import type { IpNetwork } from '../../ip-intelligence.js';

/** The columns of an ASN table, ready for binary search. */
export interface AsnColumns {
  readonly starts4: Uint32Array;
  readonly ends4: Uint32Array;
  readonly systems4: Uint32Array;
  /** Four words for each bound. */
  readonly starts6: Uint32Array;
  readonly ends6: Uint32Array;
  readonly systems6: Uint32Array;
  /** ASN of each system; `systems4` and `systems6` are indexes into it. */
  readonly asns: Uint32Array;
  /** Where each system's name starts in `names`, and one past the last. */
  readonly nameOffsets: Uint32Array;
}

const COLUMN_ORDER = [
  'starts4',
  'ends4',
  'systems4',
  'starts6',
  'ends6',
  'systems6',
  'asns',
  'nameOffsets',
] as const satisfies readonly (keyof AsnColumns)[];

const MAGIC = 'IPRISKA1';
const DIGEST_BYTES = 32;
const HEADER_BYTES = MAGIC.length + (COLUMN_ORDER.length + 1) * 4;

/** ASN and organisation by address, from one binary block of about 23 bytes a range. */
export class AsnPack {
  private readonly networks: (IpNetwork | undefined)[];

  constructor(
    private readonly columns: AsnColumns,
    private readonly names: Buffer,
  ) {
    this.networks = new Array<undefined>(columns.asns.length).fill(undefined);
  }

  find(address: IpAddress): IpNetwork | undefined {
    const { starts4, ends4, systems4, starts6, ends6, systems6 } = this.columns;
    const index =
      address.family === 4
        ? indexInIpv4Ranges(starts4, ends4, address.value)
        : indexInIpv6Ranges(starts6, ends6, address.words);
    if (index < 0) return undefined;
    return this.network((address.family === 4 ? systems4 : systems6)[index] as number);
  }

  /** One object for all addresses of a system: its name is decoded once, and cached verdicts share it. */
  private network(system: number): IpNetwork {
    let network = this.networks[system];
    if (network === undefined) {
      const { asns, nameOffsets } = this.columns;
      const name = this.names.toString('utf8', nameOffsets[system], nameOffsets[system + 1]);
      const organization = name === '' ? undefined : name;
      network = Object.freeze({ asn: asns[system] as number, organization, isp: organization });
      this.networks[system] = network;
    }
    return network;
  }

  /** Number of ranges. */
  get size(): number {
    return this.columns.starts4.length + this.columns.systems6.length;
  }

  /** The block to write to disk: magic, lengths, columns, names, SHA-256 of all before. */
  toBuffer(): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    header.write(MAGIC, 'latin1');
    const parts: Buffer[] = [header];
    COLUMN_ORDER.forEach((name, index) => {
      const column = this.columns[name];
      header.writeUInt32LE(column.length, MAGIC.length + index * 4);
      parts.push(Buffer.from(column.buffer, column.byteOffset, column.byteLength));
    });
    header.writeUInt32LE(this.names.length, MAGIC.length + COLUMN_ORDER.length * 4);
    parts.push(this.names);
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return Buffer.concat([...parts, hash.digest()]);
  }

  /** @throws InvalidDatasetError for a block that is cut short or altered. */
  static fromBuffer(block: Buffer): AsnPack {
    const end = block.length - DIGEST_BYTES;
    const isWhole =
      end >= HEADER_BYTES &&
      block.toString('latin1', 0, MAGIC.length) === MAGIC &&
      createHash('sha256').update(block.subarray(0, end)).digest().equals(block.subarray(end));
    // Typed arrays need a start that is a multiple of four; a buffer read from a file of its own has one.
    const aligned = block.byteOffset % 4 === 0 ? block : Buffer.from(new Uint8Array(block).buffer);
    if (!isWhole) throw new InvalidDatasetError('The packed ASN table is damaged; it is packed anew.');
    let offset = HEADER_BYTES;
    const columns = COLUMN_ORDER.map((name, index) => {
      const length = aligned.readUInt32LE(MAGIC.length + index * 4);
      const column = new Uint32Array(aligned.buffer, aligned.byteOffset + offset, length);
      offset += length * 4;
      return [name, column] as const;
    });
    return new AsnPack(Object.fromEntries(columns) as unknown as AsnColumns, aligned.subarray(offset, end));
  }
}
