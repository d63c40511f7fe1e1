import { parseIpPrefix } from '../../src/common/ip/ip-prefix.js';

export type MmdbValue = string | number | boolean | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

export interface MmdbContent {
  readonly ipVersion: 4 | 6;
  readonly databaseType: string;
  /** When the data was built: ISO 8601 or milliseconds since 1970. @default '2026-06-05T13:00:00Z' */
  readonly buildEpoch?: string | number;
  /** Bits of one record of the search tree. @default 24 */
  readonly recordSize?: 24 | 28;
  /** `data` is a map in every real database. Of two prefixes that overlap, the longer one wins. */
  readonly records: readonly { readonly prefix: string; readonly data: MmdbValue }[];
}

/** The bytes of a small MaxMind DB file, by the format's specification 2.0. IPv4 lies under `::/96` when `ipVersion` is 6. */
export function writeMmdb(content: MmdbContent): Buffer {
  const { ipVersion, databaseType, buildEpoch = '2026-06-05T13:00:00Z', recordSize = 24, records } = content;
  const data = new DataSection();
  const tree = new SearchTree();
  const blocks = records.map((record) => ({ ...record, bits: treeBits(record.prefix, ipVersion) }));
  for (const block of blocks.toSorted((a, b) => a.bits.length - b.bits.length)) {
    tree.insert(block.bits, data.add(block.data));
  }
  const metadata = new DataSection();
  metadata.add({
    node_count: new Unsigned(UINT32, tree.nodeCount),
    record_size: new Unsigned(UINT16, recordSize),
    ip_version: new Unsigned(UINT16, ipVersion),
    database_type: databaseType,
    languages: ['en'],
    binary_format_major_version: new Unsigned(UINT16, 2),
    binary_format_minor_version: new Unsigned(UINT16, 0),
    build_epoch: new Unsigned(UINT64, Math.floor(new Date(buildEpoch).getTime() / 1000)),
    description: { en: 'Written by a test' },
  });
  const separator = Buffer.alloc(SEPARATOR_BYTES);
  return Buffer.concat([tree.toBuffer(recordSize), separator, data.toBuffer(), METADATA_MARKER, metadata.toBuffer()]);
}

const METADATA_MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const SEPARATOR_BYTES = 16;

const [POINTER, STRING, DOUBLE, UINT16, UINT32, MAP, UINT64, ARRAY, BOOLEAN] = [1, 2, 3, 5, 6, 7, 9, 11, 14] as const;

/** The path from the root of the tree to the block, one bit a step. */
function treeBits(text: string, ipVersion: 4 | 6): string {
  const prefix = parseIpPrefix(text);
  if (prefix === undefined) throw new Error(`"${text}" is not a prefix.`);
  if (prefix.first.family === 6 && ipVersion === 4) throw new Error(`"${text}" does not fit into an IPv4 database.`);
  const { first, length } = prefix;
  const words = first.family === 4 ? [first.value] : first.words;
  const bits = words.map((word) => word.toString(2).padStart(32, '0')).join('');
  return (first.family === 4 && ipVersion === 6 ? '0'.repeat(96) : '') + bits.slice(0, length);
}

type Slot = { readonly node: number } | { readonly offset: number } | undefined;

class SearchTree {
  private readonly nodes: [Slot, Slot][] = [[undefined, undefined]];

  get nodeCount(): number {
    return this.nodes.length;
  }

  insert(bits: string, offset: number): void {
    if (bits === '') this.nodes[0] = [{ offset }, { offset }];
    let node = 0;
    for (let depth = 0; depth < bits.length; depth += 1) {
      const pair = this.nodes[node] as [Slot, Slot];
      const side = bits[depth] === '0' ? 0 : 1;
      const slot = pair[side];
      if (depth === bits.length - 1) pair[side] = { offset };
      else if (slot !== undefined && 'node' in slot) node = slot.node;
      else {
        // What a shorter prefix said here stays true for both halves until the longer one has its say.
        node = this.nodes.push([slot, slot]) - 1;
        pair[side] = { node };
      }
    }
  }

  toBuffer(recordSize: 24 | 28): Buffer {
    const nodeBytes = recordSize / 4;
    const buffer = Buffer.alloc(this.nodes.length * nodeBytes);
    this.nodes.forEach((pair, index) => {
      const at = index * nodeBytes;
      const [left, right] = [this.valueOf(pair[0]), this.valueOf(pair[1])];
      buffer.writeUIntBE(left & 0xffffff, at, 3);
      buffer.writeUIntBE(right & 0xffffff, at + nodeBytes - 3, 3);
      // The middle byte holds the highest four bits of both records.
      if (recordSize === 28) buffer[at + 3] = ((left >>> 24) << 4) | (right >>> 24);
    });
    return buffer;
  }

  private valueOf(slot: Slot): number {
    if (slot === undefined) return this.nodes.length;
    return 'node' in slot ? slot.node : this.nodes.length + SEPARATOR_BYTES + slot.offset;
  }
}

/** A whole number whose type in the file is laid down by the specification. */
class Unsigned {
  constructor(
    readonly type: number,
    readonly value: number,
  ) {}
}

type Encodable = MmdbValue | Unsigned | { readonly [key: string]: MmdbValue | Unsigned };

class DataSection {
  private readonly bytes: number[] = [];
  private readonly records = new Map<string, number>();
  private readonly strings = new Map<string, number>();

  /** Equal records share one place. */
  add(value: Encodable): number {
    const key = JSON.stringify(value);
    const known = this.records.get(key);
    if (known !== undefined) return known;
    const offset = this.bytes.length;
    this.records.set(key, offset);
    this.encode(value);
    return offset;
  }

  toBuffer(): Buffer {
    return Buffer.from(this.bytes);
  }

  private encode(value: Encodable): void {
    if (value instanceof Unsigned) this.encodeUnsigned(value);
    else if (typeof value === 'string') this.encodeString(value);
    else if (typeof value === 'boolean') this.control(BOOLEAN, value ? 1 : 0);
    else if (typeof value === 'number') this.encodeNumber(value);
    else if (Array.isArray(value)) {
      this.control(ARRAY, value.length);
      for (const item of value as readonly MmdbValue[]) this.encode(item);
    } else {
      const entries = Object.entries(value as Readonly<Record<string, Encodable>>);
      this.control(MAP, entries.length);
      for (const [key, item] of entries) {
        this.encodeString(key);
        this.encode(item);
      }
    }
  }

  /** A text seen before becomes a pointer, as in real databases. */
  private encodeString(text: string): void {
    const known = this.strings.get(text);
    if (known !== undefined) {
      this.encodePointer(known);
      return;
    }
    this.strings.set(text, this.bytes.length);
    const encoded = Buffer.from(text);
    this.control(STRING, encoded.length);
    this.bytes.push(...encoded);
  }

  private encodePointer(offset: number): void {
    if (offset < 2048) this.bytes.push((POINTER << 5) | (offset >>> 8), offset & 0xff);
    else this.bytes.push((POINTER << 5) | 0b11000, ...bigEndian(offset, 4));
  }

  private encodeNumber(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) {
      this.encodeUnsigned(new Unsigned(UINT32, value));
      return;
    }
    const double = Buffer.alloc(8);
    double.writeDoubleBE(value);
    this.control(DOUBLE, 8);
    this.bytes.push(...double);
  }

  private encodeUnsigned({ type, value }: Unsigned): void {
    const length = Math.ceil(value.toString(16).length / 2);
    const bytes = value === 0 ? [] : bigEndian(value, length);
    this.control(type, bytes.length);
    this.bytes.push(...bytes);
  }

  /** Three bits of type and five of size; types above seven and sizes above 28 spill into further bytes. */
  private control(type: number, size: number): void {
    const [short, rest] = size < 29 ? [size, []] : size < 285 ? [29, [size - 29]] : [30, bigEndian(size - 285, 2)];
    if (type > 7) this.bytes.push(short, type - 7, ...rest);
    else this.bytes.push((type << 5) | short, ...rest);
  }
}

function bigEndian(value: number, length: number): number[] {
  return Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) & 0xff);
}
