import fc from 'fast-check';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { fromIpv4Value, fromIpv6Words, parseIpAddress, type IpAddress } from '../../../../common/ip/ip-address.js';
import type { AsnPack } from './asn-pack.js';
import { packAsnCsv } from './asn-csv.js';

const pack = (...files: string[]): AsnPack => packAsnCsv(files.map((file) => Buffer.from(file)));

/** `13335 Cloudflare, Inc.` as one text; '' where the table has nothing. */
function at(table: AsnPack, text: string): string {
  const network = table.find(parseIpAddress(text) as IpAddress);
  return network === undefined ? '' : `${network.asn ?? ''} ${network.organization ?? ''}`;
}

describe('packAsnCsv', () => {
  it('reads rows of first, last, ASN and organisation', () => {
    const table = pack('1.0.0.0,1.0.0.255,13335,Cloudflare\n1.0.4.0,1.0.7.255,38803,Wirefreebroadband\n');
    expect(at(table, '1.0.0.0')).toBe('13335 Cloudflare');
    expect(at(table, '1.0.0.255')).toBe('13335 Cloudflare');
    expect(at(table, '1.0.1.0')).toBe('');
    expect(at(table, '1.0.7.255')).toBe('38803 Wirefreebroadband');
    expect([at(table, '0.255.255.255'), at(table, '1.0.8.0'), at(table, '255.255.255.255')]).toEqual(['', '', '']);
    expect(table.size).toBe(2);
  });

  it.each([
    ['"Cloudflare, Inc."', 'Cloudflare, Inc.'],
    ['"The ""Best"" Hosting, Ltd"', 'The "Best" Hosting, Ltd'],
    ['"""quoted"""', '"quoted"'],
    ['Zürich Net', 'Zürich Net'],
    ['plain "inside" text', 'plain "inside" text'],
    ['"', '"'],
    ['', ''],
    ['""', ''],
  ])('reads the organisation %s', (written, read) => {
    expect(at(pack(`1.0.0.0,1.0.0.255,64500,${written}\n`), '1.0.0.1')).toBe(`64500 ${read}`);
  });

  it('has no organisation where the name is empty', () => {
    const network = pack('1.0.0.0,1.0.0.255,64500,""').find(parseIpAddress('1.0.0.1') as IpAddress);
    expect(network).toEqual({ asn: 64500, organization: undefined, isp: undefined });
  });

  it('reads CRLF lines, blank lines and a last line without newline', () => {
    const rows = '1.0.0.0,1.0.0.255,1,"One, Inc."\r\n\r\n\n2.0.0.0,2.0.0.255,2,Two\r\n3.0.0.0,3.0.0.255,3,Three';
    const table = pack(rows);
    expect(['1.0.0.1', '2.0.0.1', '3.0.0.1'].map((text) => at(table, text))).toEqual([
      '1 One, Inc.',
      '2 Two',
      '3 Three',
    ]);
    expect(at(pack(`${rows}\r\n`), '3.0.0.1')).toBe('3 Three');
  });

  it('reads IPv6 rows, from a file of their own or mixed with IPv4', () => {
    const ipv4 = '1.0.0.0,1.0.0.255,1,One\n';
    const ipv6 = '2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,6,Six\nffff::,ffff::1,7,Seven\n';
    for (const table of [pack(ipv4, ipv6), pack(ipv6, ipv4), pack(ipv4 + ipv6), pack(ipv6 + ipv4)]) {
      expect([at(table, '1.0.0.9'), at(table, '2001:db8:1::'), at(table, 'ffff::1')]).toEqual([
        '1 One',
        '6 Six',
        '7 Seven',
      ]);
      expect([at(table, '2001:db7::'), at(table, '2001:db9::'), at(table, 'ffff::2')]).toEqual(['', '', '']);
    }
  });

  it('keeps the first name of an ASN that is named twice', () => {
    const table = pack('1.0.0.0,1.0.0.255,64500,First\n2.0.0.0,2.0.0.255,64500,Second\n');
    expect(at(table, '2.0.0.1')).toBe('64500 First');
  });

  it('takes ASN numbers of up to 32 bits', () => {
    expect(at(pack('1.0.0.0,1.0.0.255,4294967295,Last\n'), '1.0.0.1')).toBe('4294967295 Last');
  });

  it.each([
    ['1.0.0.0,1.0.0.255,1,A\n1.0.0.128,1.0.1.255,2,B\n', '1.0.0.200', '1.0.1.0'],
    ['2001:db8::,2001:db8::ffff:ffff,1,A\n2001:db8::8,2001:db8::1:ffff:ffff,2,B\n', '2001:db8::9', '2001:db8::1:0:0'],
  ])('cuts what an earlier row holds off a later one: %j', (rows, inBoth, inLater) => {
    const table = pack(rows);
    expect([at(table, inBoth), at(table, inLater)]).toEqual(['1 A', '2 B']);
  });

  it.each([
    ['1.0.0.0,1.0.0.10,1,A\n1.0.0.5,1.0.0.20,2,B\n1.0.0.6,1.0.0.25,3,C\n', '1.0.0.25'],
    ['::1,::10,1,A\n::5,::20,2,B\n::6,::25,3,C\n', '::25'],
  ])('takes sorted rows for sorted, also when one was cut before: %j', (rows, last) => {
    expect(at(pack(rows), last)).toBe('3 C');
  });

  it.each([
    ['IPv4', '2.0.0.0,2.0.0.255,1,A\n1.0.0.0,1.0.0.255,2,B\n', '1.0.0.0'],
    ['IPv6', '2001:db9::,2001:db9::1,1,A\n2001:db8::,2001:db8::1,2,B\n', '2001:db8::'],
    ['IPv4 with its ends exchanged', '1.0.0.255,1.0.0.0,1,A\n', '1.0.0.255'],
    ['IPv6 with its ends exchanged', '::2,::1,1,A\n', '::2'],
  ])('refuses rows out of order: %s', (_, rows, where) => {
    expect(() => pack(rows)).toThrow(
      new InvalidDatasetError(`The ASN table is not sorted at ${where}; sort it by first address.`),
    );
  });

  it.each([
    'text',
    '<html><body>503</body></html>',
    '1.0.0.0,1.0.0.255',
    '1.0.0.0,1.0.0.255,64500',
    '1.0.0.0,1.0.0.256,64500,A',
    '1.0.0.0,2001:db8::,64500,A',
    ',,64500,A',
    ',,,',
    'start,end,asn,name',
    '16777216,16777471,13335,Cloudflare',
    '1.0.0.0/24,1.0.0.255,64500,A',
    '1.0.0.0,1.0.0.255,,A',
    '1.0.0.0,1.0.0.255,AS64500,A',
    '1.0.0.0,1.0.0.255,-1,A',
    '1.0.0.0,1.0.0.255,1.5,A',
    '1.0.0.0,1.0.0.255,0x10,A',
    '1.0.0.0,1.0.0.255, 1,A',
    '1.0.0.0,1.0.0.255,4294967296,A',
  ])('refuses the row %j, and says where it is', (row) => {
    expect(() => pack(row)).toThrow(InvalidDatasetError);
    expect(() => pack(row)).toThrow('near byte 0; download it again.');
    expect(() => pack(`0.0.0.0,0.0.0.1,1,A\n${row}\n1.1.0.0,1.1.0.1,2,B,,,\n`)).toThrow(
      'near byte 20; download it again.',
    );
  });

  it.each([[[]], [['']], [['\n\r\n']]])('refuses a table without rows: %j', (files) => {
    expect(() => pack(...files)).toThrow(new InvalidDatasetError('The ASN table is empty.'));
  });

  it('finds what a search through the rows from the first to the last finds', () => {
    // Few bits make rows overlap and touch; the highest values make the words' signs matter.
    const bound = fc.oneof(fc.nat(60), fc.integer({ min: 0xffffffe0, max: 0xffffffff }));
    const rows = fc.array(fc.tuple(bound, bound, fc.nat(5)), { minLength: 1, maxLength: 12 });
    const numbered = (all: [number, number, number][]): [number, number, number][] =>
      all
        .map(([a, b, asn]): [number, number, number] => [Math.min(a, b), Math.max(a, b), asn])
        .sort((a, b) => a[0] - b[0]);
    // Also where the carry runs from one word of an IPv6 address into the next.
    const spread = (value: number): IpAddress =>
      fromIpv6Words(value < 0x80000000 ? [1, 0, value >>> 3, (value & 7) * 0x24924924] : [0xffffffff, 0, 0, value]);
    fc.assert(
      fc.property(rows, fc.constantFrom(fromIpv4Value, spread), bound, (unsorted, addressOf, probe) => {
        const sorted = numbered(unsorted);
        const csv = sorted.map(([from, to, asn]) => `${addressOf(from).text},${addressOf(to).text},${asn},N${asn}`);
        const table = pack(csv.join('\n'));
        for (const value of [probe, ...sorted.flat(), ...sorted.map(([, to]) => to + 1)]) {
          if (value > 0xffffffff) continue;
          const asn = sorted.find(([from, to]) => from <= value && value <= to)?.[2];
          expect(at(table, addressOf(value).text)).toBe(asn === undefined ? '' : `${asn} N${asn}`);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('reads a table of several megabytes whole, with its names', () => {
    // Names of many bytes, of which some end where the reader cuts the file.
    const name = (index: number): string => `Сеть № ${index}, ${'ü'.repeat(index % 60)}`;
    const addressOf = (index: number): string => fromIpv4Value(0x01000000 + index * 256).text;
    const rows = Array.from({ length: 40_000 }, (_, index) => {
      return `${addressOf(index)},${fromIpv4Value(0x010000ff + index * 256).text},${index},"${name(index)}"\n`;
    });
    const table = pack(rows.join(''));
    expect(table.size).toBe(rows.length);
    const wrong = rows.findIndex((_, index) => at(table, addressOf(index)) !== `${index} ${name(index)}`);
    expect(wrong).toBe(-1);
  });

  it('gives each address of an overlap at a border of words to one row', () => {
    const table = pack('1::,1::ffff:ffff,1,A\n1::1,1::1:0:5,2,B\n1::2,2::,3,C\n');
    expect(['1::ffff:ffff', '1::1:0:0', '1::1:0:5', '1::1:0:6', '2::'].map((text) => at(table, text))).toEqual([
      '1 A',
      '2 B',
      '2 B',
      '3 C',
      '3 C',
    ]);
  });
});
