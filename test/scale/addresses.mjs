// Addresses of clients that never were, and the ways to write them.

const hex = (number) => number.toString(16);
const wide = (number) => hex(number).padStart(4, '0');

/** A household line for each number below 2^20, one to a /24. */
export function ipv4Of(number) {
  return `${[20, 31, 46, 62, 77, 80, 91, 151, 176, 188, 193, 194, 195, 212, 213, 217][number & 15]}.${
    1 + ((number >>> 12) & 127)
  }.${(number >>> 4) & 255}.7`;
}

/** A subscriber for each number below 2^32, one to a /48. */
export function ipv6Of(number) {
  const high = 0x2a00 + (number >>> 24 > 0 ? 1 : 0);
  return `${hex(high)}:${hex(0x1000 + ((number >>> 16) & 255))}:${hex(number & 0xffff)}:1::1`;
}

/** Both families by turns. */
export function addressOf(number) {
  return number % 2 === 0 ? ipv4Of(number / 2) : ipv6Of((number - 1) / 2);
}

/** Ten ways in which one client can be written: all are one entry of the cache. */
export function spellingsOf(address) {
  return address.includes(':') ? ipv6Spellings(address) : ipv4Spellings(address);
}

function ipv4Spellings(address) {
  const [a, b, c, d] = address.split('.').map(Number);
  const [high, low] = [(a << 8) | b, (c << 8) | d];
  return [
    address,
    `::ffff:${address}`,
    `::FFFF:${address}`,
    `::ffff:${hex(high)}:${hex(low)}`,
    `0:0:0:0:0:ffff:${hex(high)}:${hex(low)}`,
    `0000:0000:0000:0000:0000:FFFF:${wide(high).toUpperCase()}:${wide(low).toUpperCase()}`,
    `64:ff9b::${address}`,
    `64:ff9b::${hex(high)}:${hex(low)}`,
    `0064:FF9B:0:0:0:0:${wide(high).toUpperCase()}:${wide(low)}`,
    `2002:${hex(high)}:${hex(low)}::1`,
  ];
}

function ipv6Spellings(address) {
  const groups = address.replace('::', ':0:0:0:').split(':');
  const network = groups.slice(0, 4).join(':');
  const expanded = groups.map((group) => group.padStart(4, '0')).join(':');
  return [
    address,
    address.toUpperCase(),
    expanded,
    expanded.toUpperCase(),
    groups.join(':'),
    `${network}::2`,
    `${network}:ffff:ffff:ffff:ffff`,
    `${network}:DEAD:beef:0:1`,
    `${network}::192.0.2.33`,
    `${network}::`,
  ];
}

/** Any host of any /64 of the /48. @param random gives numbers from 0 to 1. */
export function hostIn(site, random) {
  const group = () => hex(Math.floor(random() * 65_536));
  return `${site}:${group()}:${group()}:${group()}:${group()}:${group()}`;
}

/** The same numbers from 0 to 1 in every run. */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
