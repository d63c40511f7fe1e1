import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from './ip-address.js';
import { NAMED_NETWORKS } from './named-networks.js';
import { parseIpPrefix } from './ip-prefix.js';
import { TrustedProxies } from './trusted-proxies.js';

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

const trusts = (entries: readonly unknown[], text: string): boolean => TrustedProxies.from(entries).has(ip(text));

function refusalOf(entries: unknown): string {
  try {
    TrustedProxies.from(entries);
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('TrustedProxies', () => {
  it('trusts nobody by default', () => {
    expect(TrustedProxies.NONE.has(ip('127.0.0.1'))).toBe(false);
    expect(TrustedProxies.from([])).toBe(TrustedProxies.NONE);
  });

  it.each([
    ['10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
    ['10.1.0.0/16', '10.1.255.255', '10.2.0.0'],
    ['192.0.2.7', '192.0.2.7', '192.0.2.8'],
    ['2001:db8::/32', '2001:db8::1', '2001:db9::'],
    ['2001:db8::7', '2001:db8::7', '2001:db8::8'],
    ['::1', '::1', '::2'],
    ['fc00::/7', 'fdff::1', 'fe00::'],
    ['fd00::/8', 'fd12:3456::1', 'fc00::1'],
    ['FD00::/8', 'fd12:3456::1', 'fc00::1'],
    ['fe80::/10', 'fe80::1', 'fec0::1'],
  ])('trusts the addresses of %s, such as %s, and not %s', (entry, inside, outside) => {
    expect([trusts([entry], inside), trusts([entry], outside)]).toEqual([true, false]);
  });

  it('takes several entries, names and blocks mixed', () => {
    const entries = ['loopback', '192.0.2.0/24', '2001:db8::/32'];
    expect(['127.9.9.9', '::1', '192.0.2.200', '2001:db8::5', '8.8.8.8'].map((text) => trusts(entries, text))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it.each([
    ['loopback', ['127.0.0.1', '127.255.255.255', '::1'], ['128.0.0.1', '::2', '10.0.0.1']],
    ['linklocal', ['169.254.0.1', 'fe80::1', 'febf::1'], ['169.253.0.1', 'fec0::1', '10.0.0.1']],
    ['private', ['10.0.0.1', '172.31.0.1', '192.168.0.1', 'fd00::1'], ['172.32.0.1', '127.0.0.1', '100.64.0.1']],
    ['cloudflare', ['104.16.0.1', '172.71.255.255', '2606:4700::1'], ['104.15.255.255', '172.72.0.0', '1.1.1.1']],
  ])('knows the network named %s', (name, inside, outside) => {
    expect(inside.map((text) => trusts([name], text))).toEqual(inside.map(() => true));
    expect(outside.map((text) => trusts([name], text))).toEqual(outside.map(() => false));
  });

  it('folds mapped addresses before it compares them', () => {
    expect(trusts(['10.0.0.0/8'], '::ffff:10.0.0.1')).toBe(true);
    expect(trusts(['10.0.0.0/8'], '::ffff:8.8.8.8')).toBe(false);
  });

  it('reads ::ffff:10.0.0.0/104 as 10.0.0.0/8 and nothing else', () => {
    const probes = ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0', '8.8.8.8', '0.0.0.0', '::1', '::a00:1'];
    expect(probes.map((text) => trusts(['::ffff:10.0.0.0/104'], text))).toEqual(
      probes.map((text) => trusts(['10.0.0.0/8'], text)),
    );
    expect(probes.filter((text) => trusts(['::ffff:10.0.0.0/104'], text))).toEqual(['10.0.0.0', '10.255.255.255']);
  });

  it.each([
    ['true', 'anybody could choose their own address'],
    ['1', 'hop count'],
    ['2', 'hop count'],
    ['0.0.0.0/0', 'trusts strangers'],
    ['0.0.0.0/1', 'trusts strangers'],
    ['128.0.0.0/1', 'trusts strangers'],
    ['10.0.0.0/7', 'trusts strangers'],
    ['11.0.0.0/7', 'host bits'],
    ['::/0', 'trusts strangers'],
    ['2000::/3', 'trusts strangers'],
    ['2600::/12', 'trusts strangers'],
    ['fc00::/6', 'trusts strangers'],
    ['::ffff:10.0.0.0/8', 'covers every IPv4 address'],
    ['::ffff:0:0/95', 'covers every IPv4 address'],
    ['::ffff:0:0/96', 'trusts strangers'],
    ['::ffff:128.0.0.0/97', 'trusts strangers'],
    ['10.0.0.1/8', 'host bits'],
    ['10.0.0.0/33', 'not a network'],
    ['010.0.0.0/8', 'not a network'],
    ['10.0.0.0 - 10.255.255.255', 'not a network'],
    ['10/8', 'not a network'],
    ['proxy.example.org', 'not a network'],
    ['uniquelocal', 'not a network'],
    ['Loopback', 'not a network'],
    [' loopback', 'not a network'],
    ['*', 'not a network'],
    ['', 'not a network'],
    ['__proto__', 'not a network'],
    ['constructor', 'not a network'],
    ['toString', 'not a network'],
    ['10.0.0.0/8,192.168.0.0/16', 'not a network'],
  ])('refuses to start with the entry "%s" and says why: %s', (entry, why) => {
    const sentence = refusalOf(['loopback', entry]);
    expect(sentence).toMatch(/^TRUSTED_PROXIES: /);
    expect(sentence).toContain(`"${entry}"`);
    expect(sentence).toContain(why);
    expect(sentence).toContain('loopback, linklocal, private, cloudflare');
  });

  it.each([
    [true, 'true'],
    [false, 'false'],
    [1, '1'],
    [1n, '1n'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ length: 1 }, '{ length: 1 }'],
    [['10.0.0.0/8'], "[ '10.0.0.0/8' ]"],
  ])('refuses the entry %p, which is no text', (entry, shown) => {
    expect(refusalOf([entry])).toContain(`TRUSTED_PROXIES: ${shown} is not a network`);
  });

  it.each([
    [true, 'true'],
    ['true', '"true"'],
    ['10.0.0.0/8', '"10.0.0.0/8"'],
    [1, '1'],
    [null, 'null'],
    [undefined, 'undefined'],
    [new Set(['loopback']), "Set(1) { 'loopback' }"],
  ])('refuses %p in place of a list', (entries, shown) => {
    expect(refusalOf(entries)).toContain(`TRUSTED_PROXIES: ${shown} is not a list of networks`);
  });

  it('refuses an entry that refers to itself with the same sentence', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(refusalOf([loop])).toMatch(/^TRUSTED_PROXIES: .* is not a network\./);
  });

  it('refuses the whole list for one bad entry', () => {
    expect(refusalOf(['10.0.0.0/8', 'loopback', '::/0'])).toContain('"::/0"');
  });
});

describe('NAMED_NETWORKS', () => {
  it.each(Object.entries(NAMED_NETWORKS))(
    '%s holds only readable blocks and says where they come from',
    (_, network) => {
      expect(network.prefixes.filter((text) => parseIpPrefix(text)?.text !== text)).toEqual([]);
      expect(network.source).not.toBe('');
    },
  );

  it('carries the day on which a list that changes was read', () => {
    expect(NAMED_NETWORKS['cloudflare']?.source).toMatch(/\d{4}-\d{2}-\d{2}$/);
  });
});
