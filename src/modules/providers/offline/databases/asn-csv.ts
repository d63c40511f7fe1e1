import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { parseIpv4Value } from '../../../../common/ip/ipv4-text.js';
import { parseIpv6Words } from '../../../../common/ip/ipv6-text.js';
import type { AsnPack } from './asn-pack.js';
import { AsnPacker } from './asn-packer.js';

const NEWLINE = 10;
/** Bytes turned into text at once: a 24 MB file makes no 24 MB string, and half a million rows no half million buffers. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Packs CSV files of `first,last,asn,"organisation"` rows, sorted by address within each family.
 *
 * @throws InvalidDatasetError when a row cannot be read or the rows are not in order.
 */
export function packAsnCsv(files: readonly Buffer[]): AsnPack {
  const packer = new AsnPacker(files.reduce((lines, file) => lines + countLines(file), 0));
  for (const file of files) {
    for (let from = 0; from < file.length;) {
      const to = endOfChunk(file, from);
      addRows(packer, file.toString('utf8', from, to), from);
      from = to;
    }
  }
  return packer.finish();
}

function countLines(file: Buffer): number {
  let lines = 1;
  for (let at = file.indexOf(NEWLINE); at >= 0; at = file.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

/** Behind the last whole line that fits. */
function endOfChunk(file: Buffer, from: number): number {
  if (from + CHUNK_BYTES >= file.length) return file.length;
  const newline = file.indexOf(NEWLINE, from + CHUNK_BYTES);
  return newline < 0 ? file.length : newline + 1;
}

function addRows(packer: AsnPacker, text: string, offset: number): void {
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    const to = text[end - 1] === '\r' ? end - 1 : end;
    if (to > from) addRow(packer, text, from, to, offset);
    from = end + 1;
  }
}

function addRow(packer: AsnPacker, text: string, from: number, to: number, offset: number): void {
  const first = text.indexOf(',', from);
  const second = text.indexOf(',', first + 1);
  const third = text.indexOf(',', second + 1);
  if (first < 0 || second < 0 || third < 0 || third > to) throw unreadable(offset + from);
  const start = text.slice(from, first);
  const end = text.slice(first + 1, second);
  const asn = text.slice(second + 1, third);
  if (!/^\d{1,10}$/.test(asn) || Number(asn) > 0xffffffff) {
    throw new InvalidDatasetError(
      `The ASN table has no number in the ASN column near byte ${offset + from}; download it again.`,
    );
  }
  const system = packer.system(Number(asn), () => nameIn(text.slice(third + 1, to)));
  // Only the numbers are wanted; an IpAddress would cost its canonical text a million times.
  const [start4, end4] = [parseIpv4Value(start), parseIpv4Value(end)];
  if (start4 !== undefined && end4 !== undefined) {
    packer.addIpv4(start4, end4, system);
    return;
  }
  const [start6, end6] = [parseIpv6Words(start), parseIpv6Words(end)];
  if (start6 === undefined || end6 === undefined) throw unreadable(offset + from);
  packer.addIpv6(start6, end6, system);
}

function nameIn(cell: string): string {
  const isQuoted = cell.length >= 2 && cell.startsWith('"') && cell.endsWith('"');
  return isQuoted ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

function unreadable(byte: number): InvalidDatasetError {
  return new InvalidDatasetError(`The ASN table has an unreadable row near byte ${byte}; download it again.`);
}
