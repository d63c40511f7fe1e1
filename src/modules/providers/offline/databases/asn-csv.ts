import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import {
  parseIpAddress,
  type IpAddress,
  type Ipv4Address,
  type Ipv6Address,
} from '../../../../common/ip/ip-address.js';
import { compareWords } from '../../../../common/ip/range-search.js';
import { AsnPack } from './asn-pack.js';

const NEWLINE = 10;
const COMMA = 44;
const QUOTE = 34;

interface Row {
  readonly start: IpAddress;
  readonly end: IpAddress;
  readonly asn: number;
  readonly name: string;
}

/**
 * Packs CSV files of `first,last,asn,"organisation"` rows, sorted by address within each family.
 *
 * @param files the bytes of each file; read line by line, so that a 24 MB file makes no 24 MB string.
 * @throws InvalidDatasetError when a row cannot be read or the rows are not in order.
 */
export function packAsnCsv(files: readonly Buffer[]): AsnPack {
  const packer = new AsnPacker(files.reduce((lines, file) => lines + countLines(file), 0));
  for (const file of files) {
    for (let from = 0; from < file.length;) {
      const newline = file.indexOf(NEWLINE, from);
      const to = newline < 0 ? file.length : newline;
      if (to > from) packer.add(readRow(file, from, to));
      from = to + 1;
    }
  }
  return packer.finish();
}

function countLines(file: Buffer): number {
  let lines = 1;
  for (let at = file.indexOf(NEWLINE); at >= 0; at = file.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

function readRow(file: Buffer, from: number, lineEnd: number): Row {
  const to = file[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
  const first = file.indexOf(COMMA, from);
  const second = file.indexOf(COMMA, first + 1);
  const third = file.indexOf(COMMA, second + 1);
  const start = parseIpAddress(file.toString('latin1', from, first));
  const end = parseIpAddress(file.toString('latin1', first + 1, second));
  const asn = Number(file.toString('latin1', second + 1, third));
  if (third < 0 || third > to || start?.family !== end?.family || start === undefined || end === undefined) {
    throw new InvalidDatasetError(`The ASN table has an unreadable row at byte ${from}; download it again.`);
  }
  if (!Number.isInteger(asn) || asn < 0 || asn > 0xffffffff) {
    throw new InvalidDatasetError(`The ASN table has no number in the ASN column at byte ${from}; download it again.`);
  }
  const isQuoted = file[third + 1] === QUOTE && file[to - 1] === QUOTE && to - third > 2;
  const name = isQuoted
    ? file.toString('utf8', third + 2, to - 1).replaceAll('""', '"')
    : file.toString('utf8', third + 1, to);
  return { start, end, asn, name };
}

class AsnPacker {
  private readonly bounds4: { starts: Uint32Array; ends: Uint32Array; systems: Uint32Array };
  private readonly bounds6: { starts: number[]; ends: number[]; systems: number[] } = {
    starts: [],
    ends: [],
    systems: [],
  };
  private readonly systemOf = new Map<number, number>();
  private readonly names: Buffer[] = [];
  private count4 = 0;

  constructor(mostRows: number) {
    const column = (): Uint32Array => new Uint32Array(mostRows);
    this.bounds4 = { starts: column(), ends: column(), systems: column() };
  }

  add({ start, end, asn, name }: Row): void {
    const system = this.system(asn, name);
    if (start.family === 4 && end.family === 4) this.addIpv4(start, end, system);
    else if (start.family === 6 && end.family === 6) this.addIpv6(start, end, system);
  }

  /** Real tables overlap now and then: what an earlier row holds is cut off a later one. */
  private addIpv4(start: Ipv4Address, end: Ipv4Address, system: number): void {
    const { starts, ends, systems } = this.bounds4;
    const previous = this.count4 - 1;
    const isFirst = previous < 0;
    if (end.value < start.value || (!isFirst && start.value < (starts[previous] as number)))
      throw outOfOrder(start.text);
    const from = isFirst ? start.value : Math.max(start.value, (ends[previous] as number) + 1);
    if (from > end.value) return;
    starts[this.count4] = from;
    ends[this.count4] = end.value;
    systems[this.count4] = system;
    this.count4 += 1;
  }

  private addIpv6(start: Ipv6Address, end: Ipv6Address, system: number): void {
    const { starts, ends, systems } = this.bounds6;
    const isFirst = systems.length === 0;
    if (compareWords(end.words, start.words) < 0) throw outOfOrder(start.text);
    if (!isFirst && compareWords(start.words, starts.slice(-4)) < 0) throw outOfOrder(start.text);
    if (!isFirst && compareWords(start.words, ends.slice(-4)) <= 0) return;
    starts.push(...start.words);
    ends.push(...end.words);
    systems.push(system);
  }

  /** The first name seen for an ASN stands for it. */
  private system(asn: number, name: string): number {
    const known = this.systemOf.get(asn);
    if (known !== undefined) return known;
    this.systemOf.set(asn, this.names.length);
    return this.names.push(Buffer.from(name)) - 1;
  }

  finish(): AsnPack {
    if (this.count4 + this.bounds6.systems.length === 0) throw new InvalidDatasetError('The ASN table is empty.');
    const nameOffsets = new Uint32Array(this.names.length + 1);
    this.names.forEach((name, index) => {
      nameOffsets[index + 1] = (nameOffsets[index] as number) + name.length;
    });
    const columns = {
      starts4: this.bounds4.starts.slice(0, this.count4),
      ends4: this.bounds4.ends.slice(0, this.count4),
      systems4: this.bounds4.systems.slice(0, this.count4),
      starts6: Uint32Array.from(this.bounds6.starts),
      ends6: Uint32Array.from(this.bounds6.ends),
      systems6: Uint32Array.from(this.bounds6.systems),
      asns: Uint32Array.from(this.systemOf.keys()),
      nameOffsets,
    };
    return new AsnPack(columns, Buffer.concat(this.names));
  }
}

function outOfOrder(text: string): InvalidDatasetError {
  return new InvalidDatasetError(`The ASN table is not sorted at ${text}; sort it by first address.`);
}
