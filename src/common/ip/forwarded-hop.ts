import { parseIpAddress, type IpAddress } from './ip-address.js';

const DIGITS = /^\d{1,5}$/;
const QUOTED_OR_BARE = /^(?:"(?:[^"\\]|\\.)*"|[^"\s]*)$/;

/**
 * One hop of `X-Forwarded-For`: an address, `a.b.c.d:port`, `[v6]` or `[v6]:port`, with spaces around it. Names,
 * zones, `unknown` and broken text are `undefined`.
 */
export function parseForwardedHop(text: string): IpAddress | undefined {
  const hop = text.trim();
  if (hop.startsWith('[')) {
    const close = hop.indexOf(']');
    if (close < 0 || !isPortSuffix(hop.slice(close + 1))) return undefined;
    const address = parseIpAddress(hop.slice(1, close));
    return hop.slice(1, close).includes(':') ? address : undefined;
  }
  const colon = hop.indexOf(':');
  const isIpv4WithPort = colon >= 0 && colon === hop.lastIndexOf(':') && isPortSuffix(hop.slice(colon));
  return parseIpAddress(isIpv4WithPort ? hop.slice(0, colon) : hop);
}

function isPortSuffix(text: string): boolean {
  if (text === '') return true;
  const port = text.slice(1);
  return text.startsWith(':') && DIGITS.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

/**
 * The `for=` node of one element of an RFC 7239 `Forwarded` header. `undefined` for obfuscated nodes (`_hidden`,
 * `unknown`), for elements with no node or two, and for broken ones.
 */
export function parseForwardedNode(element: string): IpAddress | undefined {
  const nodes: string[] = [];
  for (let end = element.length; end >= 0;) {
    const semicolon = lastUnquoted(element, ';', end);
    const pair = element.slice(semicolon + 1, end).trim();
    end = semicolon;
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const value = pair.slice(equals + 1).trim();
    if (equals < 0 || !QUOTED_OR_BARE.test(value)) return undefined;
    if (pair.slice(0, equals).trim().toLowerCase() === 'for') nodes.push(value);
  }
  const [node, second] = nodes;
  if (node === undefined || second !== undefined) return undefined;
  return parseForwardedHop(node.startsWith('"') ? node.slice(1, -1) : node);
}

/**
 * Index of the last `separator` before `end` that is outside quoted strings, or -1. A proxy may repeat text of the
 * client in one (`host="x,for=6.6.6.6;"`). Read from the right, because quotes further left may be forged.
 */
export function lastUnquoted(text: string, separator: ',' | ';', end: number): number {
  let isQuoted = false;
  for (let index = end - 1; index >= 0; index -= 1) {
    const character = text[index];
    if (character === separator && !isQuoted) return index;
    if (character === '"') isQuoted = !isQuoted || isEscaped(text, index);
  }
  return -1;
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, index: number): boolean {
  let start = index;
  while (text[start - 1] === '\\') start -= 1;
  return (index - start) % 2 === 1;
}
