import { parseIpv4Value } from './ipv4-text.js';

/** Four unsigned 32-bit words, most significant first. */
export type Ipv6Words = readonly [number, number, number, number];

const GROUPS = 8;

/** Reads RFC 4291 text (hexadecimal groups, one `::`, optional dotted IPv4 tail); `undefined` for anything else. */
export function parseIpv6Words(text: string): Ipv6Words | undefined {
  const gap = text.indexOf('::');
  if (gap < 0) {
    const groups = parseGroups(text);
    return groups?.length === GROUPS ? toWords(groups) : undefined;
  }
  const head = parseSide(text.slice(0, gap), false);
  const tail = parseSide(text.slice(gap + 2), true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = GROUPS - head.length - tail.length;
  // RFC 4291: "::" stands for one group or more.
  return missing < 1 ? undefined : toWords([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function parseSide(text: string, mayEndInIpv4: boolean): number[] | undefined {
  return text === '' ? [] : parseGroups(text, mayEndInIpv4);
}

function parseGroups(text: string, mayEndInIpv4 = true): number[] | undefined {
  const parts = text.split(':');
  if (parts.length > GROUPS) return undefined;
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes('.')) {
      const value = parseIpv4Value(part);
      if (value === undefined) return undefined;
      groups.push(value >>> 16, value & 0xffff);
      continue;
    }
    const group = parseGroup(part);
    if (group === undefined) return undefined;
    groups.push(group);
  }
  return groups.length > GROUPS ? undefined : groups;
}

function parseGroup(part: string): number | undefined {
  if (part.length < 1 || part.length > 4) return undefined;
  let group = 0;
  for (let index = 0; index < part.length; index += 1) {
    const code = part.charCodeAt(index);
    const isDigit = code >= 48 && code <= 57;
    const lower = code | 32;
    if (!isDigit && (lower < 97 || lower > 102)) return undefined;
    group = group * 16 + (isDigit ? code - 48 : lower - 87);
  }
  return group;
}

function toWords(groups: readonly number[]): Ipv6Words {
  const word = (index: number): number => (groups[index] ?? 0) * 0x10000 + (groups[index + 1] ?? 0);
  return [word(0), word(2), word(4), word(6)];
}

/** RFC 5952 text: lower case, no leading zeros, the longest run of two or more zero groups (the first such) as `::`. */
export function formatIpv6(words: Ipv6Words): string {
  const [gapStart, gapLength] = longestZeroRun(words);
  let text = '';
  for (let index = 0; index < GROUPS; index += 1) {
    if (index === gapStart) {
      text += '::';
      index += gapLength - 1;
      continue;
    }
    if (index > 0 && index !== gapStart + gapLength) text += ':';
    text += groupAt(words, index).toString(16);
  }
  return text;
}

/** The first of the longest runs of zero groups; a single zero group is no run. */
function longestZeroRun(words: Ipv6Words): readonly [start: number, length: number] {
  let bestStart = GROUPS;
  let bestLength = 1;
  let length = 0;
  for (let index = 0; index < GROUPS; index += 1) {
    length = groupAt(words, index) === 0 ? length + 1 : 0;
    if (length > bestLength) {
      bestLength = length;
      bestStart = index - length + 1;
    }
  }
  return [bestStart, bestLength];
}

function groupAt(words: Ipv6Words, index: number): number {
  const word = words[index >>> 1] as number;
  return index % 2 === 0 ? word >>> 16 : word & 0xffff;
}
