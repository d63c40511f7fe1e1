import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { parseFeed, parseFeedInSlices } from './feed-formats.js';
import type { FeedFormat } from './feed-source.js';

const ranges = (format: FeedFormat, text: string): string[] =>
  parseFeed(format, text).prefixes.map((prefix) => prefix.text);

describe('parseFeed lines', () => {
  it.each([
    ['the bulk exit list of Tor', '185.220.101.1\n185.220.101.3\n', ['185.220.101.1/32', '185.220.101.3/32']],
    ['Windows line ends and a byte-order mark', '\uFEFF8.8.8.0/24\r\n9.9.9.9\r\n', ['8.8.8.0/24', '9.9.9.9/32']],
    ['a file without a last newline', '8.8.8.0/24', ['8.8.8.0/24']],
    [
      "Apple's egress list",
      '172.224.224.0/27,US,US-CA,Los Angeles,\n2a02:26f7:b00a:4000::/64,FR,FR-IDF,Paris,\n',
      ['172.224.224.0/27', '2a02:26f7:b00a:4000::/64'],
    ],
    ['a geofeed with comments', '# Linode geofeed\n\n45.33.0.0/19,US,US-CA,Fremont,94536\n', ['45.33.0.0/19']],
    [
      'comments after the entry',
      '1.10.16.0/20 ; SBL256894\n1.19.0.0/16\t# note\n;end\n',
      ['1.10.16.0/20', '1.19.0.0/16'],
    ],
    ['counted lists, with a tab', '45.148.10.1\t9\n', ['45.148.10.1/32']],
    ['quoted fields', '"45.148.10.1","NL"\n', ['45.148.10.1/32']],
  ])('reads %s', (_, text, expected) => {
    expect(ranges('lines', text)).toEqual(expected);
  });

  it('reads AS numbers beside ranges', () => {
    const { asns, prefixes, entries } = parseFeed('lines', 'AS64496 # note\nas9009\n8.8.8.0/24\n');
    expect({ asns, prefixes: prefixes.length, entries }).toEqual({ asns: [64496, 9009], prefixes: 1, entries: 3 });
  });
});

describe('parseFeed json-prefixes', () => {
  it.each([
    [
      'AWS',
      {
        syncToken: '1',
        prefixes: [{ ip_prefix: '3.5.140.0/22', region: 'ap-northeast-2', service: 'AMAZON' }],
        ipv6_prefixes: [{ ipv6_prefix: '2600:1f01:4860::/47', service: 'AMAZON' }],
      },
      ['3.5.140.0/22', '2600:1f01:4860::/47'],
    ],
    [
      'Google',
      { prefixes: [{ ipv4Prefix: '34.1.208.0/20' }, { ipv6Prefix: '2600:1900:8000::/44' }] },
      ['34.1.208.0/20', '2600:1900:8000::/44'],
    ],
    ['Oracle', { regions: [{ region: 'us', cidrs: [{ cidr: '129.146.0.0/21', tags: ['OCI'] }] }] }, ['129.146.0.0/21']],
  ])('reads %s', (_, json, expected) => {
    expect(ranges('json-prefixes', JSON.stringify(json))).toEqual(expected);
  });

  it('reads the service tags of Azure', () => {
    const tags = {
      values: [{ name: 'AzureCloud', properties: { region: '', addressPrefixes: ['4.144.0.0/17', '2603:1000::/40'] } }],
    };
    expect(ranges('azure-page', JSON.stringify(tags))).toEqual(['4.144.0.0/17', '2603:1000::/40']);
  });

  it('reads the file of Bing in spite of its unprintable characters', () => {
    expect(ranges('json-prefixes', '\uFEFF{"prefixes":[{"ipv4Prefix":"157.55.39.0/24\u0000\u200B"}]}\u0000')).toEqual([
      '157.55.39.0/24',
    ]);
  });

  it('takes nothing from keys that are not documented', () => {
    const json = {
      prefixes: [{ ip_prefix: '3.5.140.0/22', note: '1.2.3.0/24' }],
      retired: [{ ip_prefix: '9.9.9.0/24' }],
    };
    expect(ranges('json-prefixes', JSON.stringify(json))).toEqual(['3.5.140.0/22']);
  });

  it('survives JSON that is nested without end', () => {
    const text = `${'{"prefixes":['.repeat(5000)}${']}'.repeat(5000)}`;
    expect(() => parseFeed('json-prefixes', text)).toThrow('no valid entry');
  });
});

describe('parseFeed ndjson', () => {
  it('reads the ranges of Spamhaus and skips its metadata', () => {
    const text =
      '{"cidr":"1.10.16.0/20","sblid":"SBL256894","rir":"apnic"}\n{"type":"metadata","timestamp":1,"size":1}\n';
    expect(parseFeed('ndjson', text)).toMatchObject({ prefixes: [{ text: '1.10.16.0/20' }], entries: 1 });
  });

  it('reads the AS numbers of Spamhaus', () => {
    const text = '{"asn":209,"rir":"arin","asname":"X"}\n{"asn":4294967295}\n{"type":"metadata"}\n';
    expect(parseFeed('ndjson', text)).toMatchObject({ prefixes: [], asns: [209, 4294967295], entries: 2 });
  });

  it('counts a second object without range as unreadable', () => {
    expect(() => parseFeed('ndjson', '{"cidr":"1.10.16.0/20"}\n{}\n{}\n')).toThrow('1 of its 2 entries');
  });
});

describe('parseFeed of the Tor Project', () => {
  it('reads exit-addresses', () => {
    const text = [
      'ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E',
      'Published 2026-09-01 05:02:04',
      'LastStatus 2026-09-01 16:00:00',
      'ExitAddress 162.247.74.201 2026-09-01 16:08:10',
      'ExitAddress 162.247.74.204 2026-09-01 16:08:10',
      '',
    ].join('\n');
    expect(ranges('tor-exit-addresses', text)).toEqual(['162.247.74.201/32', '162.247.74.204/32']);
  });

  it('reads Onionoo: every exit address, and of the listening ones those of IPv6', () => {
    const json = {
      relays: [
        { or_addresses: ['185.220.101.1:443', '[2a0b:f4c2::1]:443'], exit_addresses: ['185.220.101.33'] },
        { or_addresses: ['185.220.101.2:443'] },
      ],
    };
    expect(ranges('onionoo', JSON.stringify(json))).toEqual(['185.220.101.33/32', '2a0b:f4c2::1/128']);
  });
});

describe('parseFeed refuses a feed as a whole', () => {
  const good = Array.from({ length: 18 }, (_, index) => `45.${index * 2}.10.1`).join('\n');

  it.each<[string, FeedFormat, string, string]>([
    ['that is empty', 'lines', '\n# nothing\n', 'no valid entry'],
    ['that is an HTML page', 'lines', '\n<!DOCTYPE html><html>', 'HTML'],
    ['that is an HTML page instead of JSON', 'azure-page', '<html>', 'HTML'],
    [
      'of text that is no list',
      'lines',
      'Service Unavailable\nplease come back later',
      '2 of its 2 entries are unreadable',
    ],
    ['that is JSON cut short', 'json-prefixes', '{"prefixes":[{"ipv4Prefix":"8.8.8.0/24"}', 'not JSON'],
    ['that is other JSON', 'json-prefixes', '"8.8.8.0/24"', 'not the documented format'],
    ['without relays', 'onionoo', '{"bridges":[]}', 'not the documented format'],
    ['with host bits in its ranges', 'lines', '8.8.8.8/24', '1 of its 1 entries are unreadable'],
    ['with AS numbers that do not exist', 'ndjson', '{"asn":0}\n{"asn":4294967296}\n{"asn":1.5}', '3 of its 3'],
    ['of special-purpose ranges only', 'lines', '10.0.0.0/8\n', 'no valid entry'],
  ])('%s', (_, format, text, reason) => {
    expect(() => parseFeed(format, text)).toThrow(InvalidDatasetError);
    expect(() => parseFeed(format, text)).toThrow(reason);
  });

  it('with more than a tenth unreadable, but not with exactly a tenth', () => {
    expect(parseFeed('lines', `${good}\nbad\nbad\n`).entries).toBe(18);
    expect(() => parseFeed('lines', `${good}\nbad\nbad\nbad\n`)).toThrow('3 of its 21 entries');
  });

  it.each(['0.0.0.0/0', '8.0.0.0/7', '0.0.0.0/1', '128.0.0.0/2', '::/0', '2000::/3', '2600::/15', '::ffff:0:0/96'])(
    'that holds %s among good entries',
    (wide) => {
      expect(() => parseFeed('lines', `${good}\n${wide}\n`)).toThrow('wider than anybody owns');
    },
  );

  it('but takes a /8 and a /16 of IPv6', () => {
    expect(ranges('lines', '44.0.0.0/8\n2600::/16\n')).toEqual(['44.0.0.0/8', '2600::/16']);
  });
});

describe('parseFeed drops special-purpose ranges', () => {
  it('silently, and counts them', () => {
    const bogons = ['0.0.0.0/8', '10.0.0.0/8', '127.0.0.0/8', '192.168.0.0/16', '224.0.0.0/3', 'fc00::/7', '8000::/3'];
    const { prefixes, entries, specialPurpose } = parseFeed('lines', [...bogons, '1.10.16.0/20'].join('\n'));
    expect(prefixes.map(({ text }) => text)).toEqual(['1.10.16.0/20']);
    expect({ entries, specialPurpose }).toEqual({ entries: 1, specialPurpose: bogons.length });
  });
});

describe('parseFeedInSlices', () => {
  const long = Array.from({ length: 3000 }, (_, index) => `45.${index % 200}.${Math.floor(index / 200)}.1`).join('\n');

  it('reads what parseFeed reads, and lets other work run meanwhile', async () => {
    let turns = 0;
    const count = (): void => {
      turns += 1;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    const parsed = await parseFeedInSlices('lines', long, new AbortController().signal);
    clearImmediate(immediate);
    expect(parsed).toEqual(parseFeed('lines', long));
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  it('ends early when it is told to', async () => {
    const stopping = new AbortController();
    const parsing = parseFeedInSlices('lines', long, stopping.signal);
    stopping.abort(new Error('stopped'));
    await expect(parsing).rejects.toThrow('stopped');
  });
});
