import { parseIpAddress, type IpAddress } from '../../../../common/ip/ip-address.js';
import { FACT_NAMES, type Facts } from '../../ip-intelligence.js';
import type { FeedKind } from '../feeds/feed-source.js';
import type { ClassifiedNetwork, NetworkClass } from './network-classes.js';
import { networkFacts, type ListedNetworks } from './network-facts.js';

const ADDRESS = parseIpAddress('198.51.100.7') as IpAddress;
const ASN = 64500;

/** The address stands in one list of each of the kinds, and the ASN in one of each of `asnKinds`. */
const lists = (kinds: readonly FeedKind[], asnKinds: readonly FeedKind[] = []): ListedNetworks => ({
  find: (kind, address) => (address === ADDRESS && kinds.includes(kind) ? `list-of-${kind}` : undefined),
  findAsn: (kind, asn) => (asn === ASN && asnKinds.includes(kind) ? `asns-of-${kind}` : undefined),
});

const network = (name: NetworkClass, confidence = 0.8): ClassifiedNetwork => ({
  class: name,
  confidence,
  evidence: 'asn-table',
});

/** `{ isRelay: 'true 1 feed:list-of-relay' }`: what is known, and nothing of what is not. */
function known(facts: Facts): Record<string, string> {
  const entries = FACT_NAMES.flatMap((name) => {
    const fact = facts[name];
    return fact === undefined ? [] : [[name, `${String(fact.value)} ${fact.confidence} ${fact.evidence}`] as const];
  });
  return Object.fromEntries(entries);
}

const factsOf = (kinds: readonly FeedKind[], classified?: ClassifiedNetwork): Record<string, string> =>
  known(networkFacts(ADDRESS, ASN, classified, lists(kinds)));

const TRUE_RELAY = {
  isRelay: 'true 1 feed:list-of-relay',
  isAnonymousVpn: 'false 1 feed:list-of-relay',
  isHostingProvider: 'false 1 feed:list-of-relay',
};

describe('networkFacts', () => {
  it('leaves unknown what no source answers', () => {
    const facts = networkFacts(ADDRESS, ASN, undefined, lists([]));
    expect(known(facts)).toEqual({});
    expect(Object.keys(facts).sort()).toEqual([...FACT_NAMES].sort());
  });

  it.each<[string, FeedKind[], NetworkClass | undefined, Record<string, string>]>([
    ['a relay list', ['relay'], undefined, TRUE_RELAY],
    ['a relay list before a VPN list', ['relay', 'vpn'], undefined, TRUE_RELAY],
    ['a relay list before a hosting list', ['relay', 'hosting'], undefined, TRUE_RELAY],
    ['a relay list before a Tor list', ['relay', 'tor'], undefined, TRUE_RELAY],
    ['a relay list before all, in a hosting network', ['relay', 'vpn', 'hosting', 'tor'], 'hosting', TRUE_RELAY],
    ['a relay list in a network of VPNs', ['relay', 'vpn'], 'vpn-hosting', TRUE_RELAY],
    ['a relay list in the operator’s network', ['relay', 'vpn'], 'relay-operator', TRUE_RELAY],
    ['a relay list in a Tor operator’s network', ['relay'], 'tor-operator', TRUE_RELAY],
    ['a Tor list', ['tor'], undefined, { isTorExitNode: 'true 1 feed:list-of-tor' }],
    ['a Tor list before a VPN list', ['tor', 'vpn'], undefined, { isTorExitNode: 'true 1 feed:list-of-tor' }],
    [
      'a Tor list before a VPN list, beside hosting',
      ['tor', 'vpn', 'hosting'],
      undefined,
      { isTorExitNode: 'true 1 feed:list-of-tor', isHostingProvider: 'true 1 feed:list-of-hosting' },
    ],
    ['a Tor list before the network’s class', ['tor'], 'tor-operator', { isTorExitNode: 'true 1 feed:list-of-tor' }],
    ['a Tor operator before a VPN list', ['vpn'], 'tor-operator', { isTorExitNode: 'true 0.8 asn-table' }],
    ['a relay operator before a VPN list', ['vpn'], 'relay-operator', { isRelay: 'true 0.8 asn-table' }],
    [
      'a VPN list, which is a little less than certain',
      ['vpn'],
      undefined,
      { isAnonymousVpn: 'true 0.9 feed:list-of-vpn' },
    ],
    [
      'a VPN list beside hosting',
      ['vpn'],
      'hosting',
      { isAnonymousVpn: 'true 0.9 feed:list-of-vpn', isHostingProvider: 'true 0.8 asn-table' },
    ],
    [
      'a VPN list before the network’s class',
      ['vpn'],
      'vpn-hosting',
      { isAnonymousVpn: 'true 0.9 feed:list-of-vpn', isHostingProvider: 'true 1 asn-table' },
    ],
    [
      'a network of VPNs, which is hosting for certain',
      [],
      'vpn-hosting',
      { isAnonymousVpn: 'true 0.8 asn-table', isHostingProvider: 'true 1 asn-table' },
    ],
    [
      'a hosting list before the network’s class',
      ['hosting'],
      'hosting',
      { isHostingProvider: 'true 1 feed:list-of-hosting' },
    ],
    ['a hosting network', [], 'hosting', { isHostingProvider: 'true 0.8 asn-table' }],
    ['a mobile network', [], 'mobile', { isMobile: 'true 0.8 asn-table' }],
    ['a satellite network', [], 'satellite', { isSatellite: 'true 0.8 asn-table' }],
    ['a relay operator', [], 'relay-operator', { isRelay: 'true 0.8 asn-table' }],
    ['a Tor operator', [], 'tor-operator', { isTorExitNode: 'true 0.8 asn-table' }],
  ])('goes by %s', (_, kinds, name, expected) => {
    expect(factsOf(kinds, name === undefined ? undefined : network(name))).toEqual(expected);
  });

  it.each<[string, FeedKind[]]>([
    ['alone', []],
    ['on a relay', ['relay']],
    ['on a Tor exit', ['tor']],
    ['on a VPN', ['vpn', 'hosting']],
  ])('adds what crawler lists, blocklists and mobile networks say %s', (_, kinds) => {
    expect(factsOf([...kinds, 'crawler', 'blocklist'], network('mobile'))).toMatchObject({
      isKnownCrawler: 'true 1 feed:list-of-crawler',
      isBlocklisted: 'true 1 feed:list-of-blocklist',
      isMobile: 'true 0.8 asn-table',
    });
  });

  it('blocklists an address by its ASN, less surely than by its range', () => {
    const byAsn = known(networkFacts(ADDRESS, ASN, undefined, lists([], ['blocklist', 'vpn', 'hosting'])));
    expect(byAsn).toEqual({ isBlocklisted: 'true 0.9 feed:asns-of-blocklist' });
    const byBoth = known(networkFacts(ADDRESS, ASN, undefined, lists(['blocklist'], ['blocklist'])));
    expect(byBoth).toEqual({ isBlocklisted: 'true 1 feed:list-of-blocklist' });
    expect(known(networkFacts(ADDRESS, undefined, undefined, lists([], ['blocklist'])))).toEqual({});
  });

  it('is never surer of a network than its name', () => {
    const byName: ClassifiedNetwork = { class: 'vpn-hosting', confidence: 0.45, evidence: 'organisation-name' };
    expect(factsOf([], byName)).toEqual({
      isAnonymousVpn: 'true 0.45 organisation-name',
      isHostingProvider: 'true 0.45 organisation-name',
    });
  });
});
