import type { IpAddress } from '../../../../common/ip/ip-address.js';
import { prefixOf, type IpPrefix } from '../../../../common/ip/ip-prefix.js';

/**
 * Appends `prefix`; two halves of one block that follow each other become the block. Publishers list neighbours one
 * after the other: Apple's 287,000 ranges shrink to a twentieth, and so does the memory held while they are read.
 */
export function appendAggregated(prefixes: IpPrefix[], prefix: IpPrefix): void {
  let block = prefix;
  for (let last = prefixes.at(-1); last !== undefined && areHalves(last, block); last = prefixes.at(-1)) {
    prefixes.pop();
    block = prefixOf(last.first, block.length - 1);
  }
  prefixes.push(block);
}

/** True when both are of one length and differ in nothing but its last bit, 0 in `lower` and 1 in `upper`. */
function areHalves(lower: IpPrefix, upper: IpPrefix): boolean {
  if (lower.length !== upper.length || lower.length === 0) return false;
  const [a, b] = [wordsOf(lower.first), wordsOf(upper.first)];
  const halved = (lower.length - 1) >>> 5;
  const bit = 2 ** (31 - ((lower.length - 1) & 31));
  return (
    a.length === b.length &&
    a.every((word, index) => (index === halved ? word + bit : word) === b[index]) &&
    ((a[halved] ?? 0) / bit) % 2 === 0
  );
}

function wordsOf(address: IpAddress): readonly number[] {
  return address.family === 4 ? [address.value] : address.words;
}
