import { Reader, type Response } from 'maxmind';
import { writeMmdb, type MmdbContent } from './write-mmdb.js';

const read = (content: Partial<MmdbContent>): Reader<Response> =>
  new Reader<Response>(writeMmdb({ ipVersion: 6, databaseType: 'Test', records: [], ...content }));

describe('writeMmdb', () => {
  const data = {
    text: 'Zürich',
    empty: '',
    long: 'x'.repeat(400),
    count: 70_000,
    zero: 0,
    most: 0xffffffff,
    double: -117.25,
    yes: true,
    no: false,
    list: ['a', 1, { deep: ['b'] }],
    nested: { text: 'Zürich', 'long key of more than twenty-eight letters': 1 },
  };

  it.each([24, 28] as const)('writes with %d-bit records what the reader reads', (recordSize) => {
    const reader = read({ recordSize, records: [{ prefix: '1.2.3.0/24', data }] });
    expect(reader.getWithPrefixLength('1.2.3.4')).toEqual([data, 120 - 96]);
    expect(reader.get('1.2.4.0')).toBeNull();
  });

  it('keeps both families in one file', () => {
    const reader = read({
      records: [
        { prefix: '0.0.0.0/1', data: { is: 'low' } },
        { prefix: '2001:db8::/32', data: { is: 'six' } },
        { prefix: '2001:db8::1/128', data: { is: 'one' } },
      ],
    });
    expect(
      ['127.255.255.255', '128.0.0.0', '2001:db8:ffff::', '2001:db8::1', '2001:db9::'].map((ip) => reader.get(ip)),
    ).toEqual([{ is: 'low' }, null, { is: 'six' }, { is: 'one' }, null]);
  });

  it('lets the longer of two prefixes win, in any order', () => {
    const records = [
      { prefix: '10.1.0.0/16', data: { is: 'inner' } },
      { prefix: '10.0.0.0/8', data: { is: 'outer' } },
    ];
    for (const order of [records, records.toReversed()]) {
      const reader = read({ ipVersion: 4, records: order });
      expect(['10.0.255.255', '10.1.2.3', '10.2.0.0'].map((ip) => reader.get(ip))).toEqual([
        { is: 'outer' },
        { is: 'inner' },
        { is: 'outer' },
      ]);
    }
  });

  it('states what the file is', () => {
    const { metadata } = read({ ipVersion: 4, databaseType: 'A-City', buildEpoch: '2026-02-03T04:05:06Z' });
    expect(metadata).toMatchObject({
      ipVersion: 4,
      databaseType: 'A-City',
      buildEpoch: new Date('2026-02-03T04:05:06Z'),
      binaryFormatMajorVersion: 2,
      recordSize: 24,
      nodeCount: 1,
      languages: ['en'],
    });
  });
});
