import fc from 'fast-check';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { fromIpv4Value, fromIpv6Words, parseIpAddress, type IpAddress } from '../../../../common/ip/ip-address.js';
import { packAsnCsv } from './asn-csv.js';
import { AsnPack } from './asn-pack.js';

const SMALL = packAsnCsv([
  Buffer.from('1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."\n8.8.8.0,8.8.8.255,15169,Google LLC\n9.9.9.0,9.9.9.255,1,\n'),
  Buffer.from('2001:4860::,2001:4860:ffff:ffff:ffff:ffff:ffff:ffff,15169,Google LLC\n'),
]);
const BLOCK = SMALL.toBuffer();

const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

describe('AsnPack', () => {
  it('answers with number and name, for both families', () => {
    const google = { asn: 15169, organization: 'Google LLC', isp: 'Google LLC' };
    expect(SMALL.find(address('8.8.8.8'))).toEqual(google);
    expect(SMALL.find(address('2001:4860:4860::8888'))).toEqual(google);
    expect(SMALL.find(address('9.9.9.9'))).toEqual({ asn: 1, organization: undefined, isp: undefined });
    expect(SMALL.find(address('8.8.9.8'))).toBeUndefined();
    expect(SMALL.find(address('2001:4861::'))).toBeUndefined();
    expect(SMALL.size).toBe(4);
  });

  it('comes back from its block as it was', () => {
    const row = fc.tuple(fc.nat(0xffff), fc.nat(30), fc.nat(9), fc.string({ unit: 'grapheme', maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), fc.boolean(), (rows, isIpv6) => {
        const addressOf = (value: number): IpAddress =>
          isIpv6 ? fromIpv6Words([0x20010000, value, 0, value]) : fromIpv4Value(value * 0xff00);
        const csv = rows
          .toSorted((a, b) => a[0] - b[0])
          .map(([from, more, asn, name]) => {
            const quoted = `"${name.replaceAll('"', '""').replaceAll(/[\r\n]/g, ' ')}"`;
            return `${addressOf(from).text},${addressOf(from + more).text},${asn},${quoted}`;
          });
        const table = packAsnCsv([Buffer.from(csv.join('\n'))]);
        const again = AsnPack.fromBuffer(table.toBuffer());
        expect(again.size).toBe(table.size);
        for (const [from, more] of rows) {
          for (const value of [from - 1, from, from + more, from + more + 1]) {
            if (value < 0) continue;
            expect(again.find(addressOf(value))).toEqual(table.find(addressOf(value)));
          }
        }
        expect(again.toBuffer().equals(table.toBuffer())).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it.each([0, 1, 2, 3])('reads a block that begins %d bytes into its memory', (offset) => {
    const memory = Buffer.alloc(BLOCK.length + offset + 9);
    BLOCK.copy(memory, offset);
    const pack = AsnPack.fromBuffer(memory.subarray(offset, offset + BLOCK.length));
    expect(pack.find(address('1.0.0.1'))?.organization).toBe('Cloudflare, Inc.');
    expect(pack.find(address('2001:4860::1'))?.asn).toBe(15169);
  });

  it('refuses a block with any single bit altered', () => {
    for (let at = 0; at < BLOCK.length; at += 1) {
      const damaged = Buffer.from(BLOCK);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      expect(() => AsnPack.fromBuffer(damaged)).toThrow(InvalidDatasetError);
    }
  });

  it('refuses a block cut short anywhere, or with something behind it', () => {
    for (let length = 0; length < BLOCK.length; length += 1) {
      expect(() => AsnPack.fromBuffer(BLOCK.subarray(0, length))).toThrow(InvalidDatasetError);
    }
    expect(() => AsnPack.fromBuffer(Buffer.concat([BLOCK, Buffer.alloc(4)]))).toThrow(InvalidDatasetError);
  });
});
