import fc from 'fast-check';
import { lastUnquoted, parseForwardedHop, parseForwardedNode } from './forwarded-hop.js';

describe('parseForwardedHop', () => {
  it.each([
    ['8.8.8.8', '8.8.8.8'],
    [' 8.8.8.8\t', '8.8.8.8'],
    ['8.8.8.8:443', '8.8.8.8'],
    ['8.8.8.8:1', '8.8.8.8'],
    ['8.8.8.8:65535', '8.8.8.8'],
    ['2001:DB8::0', '2001:db8::'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['[::ffff:8.8.8.8]:443', '8.8.8.8'],
    // A port behind IPv6 without brackets cannot be told from a group.
    ['2001:db8::1:443', '2001:db8::1:443'],
  ])('reads %j as %s', (text, address) => {
    expect(parseForwardedHop(text)?.text).toBe(address);
  });

  it.each([
    ['', ' ', 'unknown', '_hidden', 'localhost', 'evil<script>', '8.8.8', '010.8.8.8', '8.8.8.8.'],
    ['8.8.8.8:', '8.8.8.8:x', '8.8.8.8:0', '8.8.8.8:65536', '8.8.8.8:443:1', '8.8.8.8 8.8.8.8', '8.8.8.8;1.1.1.1'],
    [
      '[8.8.8.8]',
      '[8.8.8.8]:443',
      '[::1',
      '::1]',
      '[]',
      '[]:80',
      '[::1]x',
      '[::1]:',
      '[::1]:0',
      '[[::1]]',
      '[::1]:99999',
    ],
    ['fe80::1%eth0', '[fe80::1%25eth0]', '"8.8.8.8"', '8.8.8.8\0', '-', 'for=8.8.8.8', '8.8.8.8/32', '[::1] :80'],
  ])('refuses %j, %j, %j and more', (...texts) => {
    expect(texts.filter((text) => parseForwardedHop(text) !== undefined)).toEqual([]);
  });
});

describe('parseForwardedNode', () => {
  it.each([
    ['for=192.0.2.60', '192.0.2.60'],
    ['FOR=192.0.2.60', '192.0.2.60'],
    [' for=192.0.2.60;proto=http;by=203.0.113.43 ', '192.0.2.60'],
    ['proto=http; for=192.0.2.60', '192.0.2.60'],
    ['for="192.0.2.60"', '192.0.2.60'],
    ['for="192.0.2.60:47011"', '192.0.2.60'],
    ['for="[2001:db8:cafe::17]"', '2001:db8:cafe::17'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for=192.0.2.60;', '192.0.2.60'],
    ['by=203.0.113.43;;for=192.0.2.60', '192.0.2.60'],
    ['for=192.0.2.60;host="a,b;for=6.6.6.6;\\"x"', '192.0.2.60'],
  ])('reads the node of %j as %s', (element, address) => {
    expect(parseForwardedNode(element)?.text).toBe(address);
  });

  it.each([
    [
      'for=unknown',
      'for=_hidden',
      'for="_SEVKISEK"',
      'for=',
      'for',
      '',
      'by=203.0.113.43',
      '192.0.2.60',
      'for="_x:80"',
    ],
    // Two nodes in one element leave no way to tell which is meant.
    ['for=192.0.2.60;for=198.51.100.17', 'for=192.0.2.60;For=192.0.2.60', 'for="192.0.2.60', 'for=192.0.2.60"'],
    ['for=""', 'for="', 'for="192.0.2.60" x', "for='192.0.2.60'", 'xfor=192.0.2.60', 'for =;for=192.0.2.60'],
    // A quote that never closes, or closes early, hides where the pairs begin.
    [
      'for=192.0.2.60;host="',
      'host=";for=192.0.2.60',
      'host="a"b;for=192.0.2.60',
      'host=a"";for=192.0.2.60',
      'for=192.0.2.60;"',
    ],
    [
      'host="a\\";for=192.0.2.60;x="b"',
      'host="x;for=6.6.6.6;y"',
      'for="192.0.2.\\60"',
      'for=192.0.2.60;a b',
      'for=1.2.3.4 5',
    ],
  ])('refuses %j, %j, %j and more', (...elements) => {
    expect(elements.filter((element) => parseForwardedNode(element) !== undefined)).toEqual([]);
  });
});

describe('lastUnquoted', () => {
  it.each([
    ['a,b', 1],
    ['a,b,c', 3],
    ['a', -1],
    ['', -1],
    [',', 0],
    ['a,b="x,y"', 1],
    ['a,b="x\\",y"', 1],
    ['a,b="x\\\\",c', 9],
    ['a,b="x,y', 6],
    ['a,b"', -1],
  ])('finds the last comma of %j outside quotes at %d', (text, index) => {
    expect(lastUnquoted(text, ',', text.length)).toBe(index);
  });

  it('looks only before the end it is given', () => {
    expect(lastUnquoted('a,b,c', ',', 3)).toBe(1);
  });

  it('finds where a well-formed element begins, whatever stands to its left', () => {
    const quoted = fc
      .string({ unit: fc.constantFrom('a', ',', ';', '"', '\\', '=', ' '), maxLength: 12 })
      .map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`);
    const nasty = fc.string({ unit: fc.constantFrom('a', ',', ';', '"', '\\', '=', ' ', 'for='), maxLength: 20 });
    fc.assert(
      fc.property(nasty, fc.array(quoted, { maxLength: 3 }), (left, values) => {
        const element = ['for=192.0.2.60', ...values.map((value) => `x=${value}`)].join(';');
        expect(lastUnquoted(`${left},${element}`, ',', left.length + 1 + element.length)).toBe(left.length);
        expect(parseForwardedNode(element)?.text).toBe('192.0.2.60');
      }),
      { numRuns: 5000 },
    );
  });
});
