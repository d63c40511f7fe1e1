import { readFileSync } from 'node:fs';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { NETWORK_CLASSES, NetworkClasses } from './network-classes.js';

const HEADER = '# a comment, with commas\nasn,class,confidence,name,source\n';
const NAMES_HEADER = '# a comment\npattern,class,confidence\n';

const parse = (networks: string, names = ''): NetworkClasses =>
  NetworkClasses.parse(HEADER + networks, NAMES_HEADER + names);

/** Class by name alone: no ASN is in the table. */
const named = (names: string, organization: string): string | undefined =>
  parse('', names).classOf(64500, organization)?.class;

describe('NetworkClasses', () => {
  it('gives an ASN of the table its class and confidence', () => {
    const classes = parse('64500,hosting,0.95,"Any, Inc.",seen\r\n64501,mobile,0.8\n\n');
    expect(classes.classOf(64500, undefined)).toEqual({ class: 'hosting', confidence: 0.95, evidence: 'asn-table' });
    expect(classes.classOf(64501, 'Any')).toEqual({ class: 'mobile', confidence: 0.8, evidence: 'asn-table' });
    expect(classes.classOf(64502, undefined)).toBeUndefined();
  });

  it('asks the name only where the table is silent', () => {
    const classes = parse('64500,mobile,0.8\n', 'hosting,hosting,0.6\n');
    expect(classes.classOf(64500, 'Good Hosting')).toMatchObject({ class: 'mobile', evidence: 'asn-table' });
    const byName = { class: 'hosting', confidence: 0.6, evidence: 'organisation-name' };
    expect(classes.classOf(64501, 'Good Hosting')).toEqual(byName);
    expect(classes.classOf(64501, 'Good Hosting')).toEqual(byName);
    expect(classes.classOf(64502, 'Good Homes')).toBeUndefined();
    expect(classes.classOf(64503, undefined)).toBeUndefined();
  });

  describe('name patterns', () => {
    it.each([
      ['hosting', 'Good HOSTING, Ltd', true],
      ['hosting', 'hosting', true],
      ['hosting', 'Web-Hosting/24', true],
      ['hosting', 'webhosting', false],
      ['hosting', 'hostings', false],
      ['idc', 'Neimeng IDC1', false],
      ['idc', 'IDC_NET', true],
      ['data center', 'The Data Center Co', true],
      ['data center', 'The DataCenter Co', false],
      ['hoster', 'Öhoster', false],
      ['hébergement', 'Mon Hébergement SARL', true],
      ['bergement', 'Mon Hébergement SARL', false],
      ['é-net', 'Société É-NET', true],
      ['at&t-x (us)', 'the AT&T-X (US) net', true],
      ['s.a.', 'Telco S.A.', true],
      ['s.a.', 'Telco sxax', false],
      ['c++', 'Host C++ Ltd', true],
    ])('find %j in %j as whole words in any case: %s', (pattern, organization, isFound) => {
      expect(named(`${pattern},hosting,0.5\n`, organization)).toBe(isFound ? 'hosting' : undefined);
    });

    it('speak by the surest of those that match, in whatever order they stand', () => {
      const rows = ['idc,hosting,0.45', 'mobile,mobile,0.60', 'satcom,satellite,0.50'];
      for (const order of [rows, rows.toReversed()]) {
        expect(named(order.join('\n'), 'Satcom Mobile IDC')).toBe('mobile');
      }
    });
  });

  it.each([
    ['AS64500,hosting,0.9', ''],
    [',hosting,0.9', ''],
    ['64500.5,hosting,0.9', ''],
    ['0x10,hosting,0.9', ''],
    ['64500', ''],
    ['64500,cloud,0.9', ''],
    ['64500,,0.9', ''],
    ['64500,toString,0.9', ''],
    ['64500,hosting,', ''],
    ['64500,hosting,0', ''],
    ['64500,hosting,-0.5', ''],
    ['64500,hosting,1.01', ''],
    ['64500,hosting,sure', ''],
    ['', 'hosting,hosting,90'],
    ['', 'hosting,hosted,0.5'],
    ['', ',hosting,0.5'],
    ['', 'hosting'],
  ])('refuses the row "%s%s"', (network, name) => {
    expect(() => parse(network, name)).toThrow(InvalidDatasetError);
  });

  describe('the tables that come with the package', () => {
    const classes = NetworkClasses.shipped();
    const read = (file: string): string[][] =>
      readFileSync(`config/${file}`, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .slice(1)
        .map((line) => line.split(','));
    const networks = read('networks.csv').map(([asn, networkClass = '', confidence]) => ({
      asn: Number(asn),
      networkClass,
      confidence: Number(confidence),
    }));
    const patterns = read('organisation-names.csv').map(([words = '', networkClass = '', confidence]) => ({
      words,
      networkClass,
      confidence: Number(confidence),
    }));

    it('list each ASN once, sorted by class and number', () => {
      expect(new Set(networks.map(({ asn }) => asn)).size).toBe(networks.length);
      const sorted = networks.toSorted((a, b) =>
        a.networkClass === b.networkClass ? a.asn - b.asn : a.networkClass < b.networkClass ? -1 : 1,
      );
      expect(networks).toEqual(sorted);
      expect(networks.length).toBeGreaterThan(800);
    });

    it('hold nothing but ASNs with a known class and a confidence of 0.5 to 0.99', () => {
      const odd = networks.filter(
        ({ asn, networkClass, confidence }) =>
          !Number.isInteger(asn) ||
          asn < 1 ||
          asn > 0xffffffff ||
          !NETWORK_CLASSES.some((name) => name === networkClass) ||
          !(confidence >= 0.5 && confidence <= 0.99),
      );
      expect(odd).toEqual([]);
    });

    it('give each ASN the class of its row', () => {
      for (const { asn, networkClass, confidence } of networks) {
        expect(classes.classOf(asn, undefined)).toEqual({ class: networkClass, confidence, evidence: 'asn-table' });
      }
    });

    it.each([
      [15169, 'hosting'],
      [16509, 'hosting'],
      [36183, 'relay-operator'],
      [14593, 'satellite'],
      [39351, 'vpn-hosting'],
      [60729, 'tor-operator'],
      [7922, undefined],
      [3320, undefined],
      [29447, undefined],
      [35540, undefined],
    ])('call AS%i %s', (asn, expected) => {
      expect(classes.classOf(asn, undefined)?.class).toBe(expected);
    });

    it('are less sure of a name than of an ASN of the same class', () => {
      for (const { words, networkClass, confidence } of patterns) {
        const listed = networks.filter((network) => network.networkClass === networkClass);
        expect({ words, isSurer: listed.some((network) => network.confidence <= confidence) }).toEqual({
          words,
          isSurer: false,
        });
      }
    });

    it.each([
      'Comcast Cable Communications, LLC',
      'Deutsche Telekom AG',
      'Scaleway',
      'OVH Telecom',
      'Wireless Host Ltd',
    ])('have no verdict on the name %j', (organization) => {
      expect(classes.classOf(4200000000, organization)).toBeUndefined();
    });
  });
});
