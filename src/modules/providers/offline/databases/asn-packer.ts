import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { fromIpv4Value, fromIpv6Words } from '../../../../common/ip/ip-address.js';
import type { Ipv6Words } from '../../../../common/ip/ipv6-text.js';
import { compareWords } from '../../../../common/ip/range-search.js';
import { AsnPack } from './asn-pack.js';

/** Gathers rows into columns. Real tables overlap now and then: what an earlier row holds is cut off a later one. */
export class AsnPacker {
  private readonly bounds4: { starts: Uint32Array; ends: Uint32Array; systems: Uint32Array };
  private readonly bounds6: { starts: number[]; ends: number[]; systems: number[] } = {
    starts: [],
    ends: [],
    systems: [],
  };
  private readonly systemOf = new Map<number, number>();
  private readonly names: Buffer[] = [];
  private count4 = 0;
  private lastStart4 = 0;
  private lastStart6: Ipv6Words = [0, 0, 0, 0];
  private lastEnd6: Ipv6Words | undefined;

  constructor(mostRows: number) {
    const column = (): Uint32Array => new Uint32Array(mostRows);
    this.bounds4 = { starts: column(), ends: column(), systems: column() };
  }

  /** Index of an autonomous system. The first name seen for an ASN stands for it. */
  system(asn: number, name: () => string): number {
    const known = this.systemOf.get(asn);
    if (known !== undefined) return known;
    this.systemOf.set(asn, this.names.length);
    return this.names.push(Buffer.from(name())) - 1;
  }

  /** @throws InvalidDatasetError when the rows are not in order. */
  addIpv4(start: number, end: number, system: number): void {
    const { starts, ends, systems } = this.bounds4;
    if (end < start || start < this.lastStart4) throw outOfOrder(fromIpv4Value(start).text);
    this.lastStart4 = start;
    const from = this.count4 === 0 ? start : Math.max(start, (ends[this.count4 - 1] as number) + 1);
    if (from > end) return;
    starts[this.count4] = from;
    ends[this.count4] = end;
    systems[this.count4] = system;
    this.count4 += 1;
  }

  /** @throws InvalidDatasetError when the rows are not in order. */
  addIpv6(start: Ipv6Words, end: Ipv6Words, system: number): void {
    const { starts, ends, systems } = this.bounds6;
    const isUnordered = compareWords(end, start) < 0 || compareWords(start, this.lastStart6) < 0;
    if (isUnordered) throw outOfOrder(fromIpv6Words(start).text);
    this.lastStart6 = start;
    const taken = this.lastEnd6;
    const isFree = taken === undefined || compareWords(start, taken) > 0;
    if (!isFree && compareWords(end, taken) <= 0) return;
    starts.push(...(isFree ? start : wordsAfter(taken)));
    ends.push(...end);
    systems.push(system);
    this.lastEnd6 = end;
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

/** The address after this one, which is not the last of all. */
function wordsAfter(words: Ipv6Words): number[] {
  const next: number[] = [...words];
  for (let word = 3; word >= 0; word -= 1) {
    next[word] = ((next[word] as number) + 1) >>> 0;
    if (next[word] !== 0) break;
  }
  return next;
}

function outOfOrder(text: string): InvalidDatasetError {
  return new InvalidDatasetError(`The ASN table is not sorted at ${text}; sort it by first address.`);
}
