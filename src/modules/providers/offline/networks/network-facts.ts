import type { IpAddress } from '../../../../common/ip/ip-address.js';
import type { FeedKind } from '../feeds/feed-source.js';
import { NO_FACTS, type Fact, type FactName, type Facts } from '../../ip-intelligence.js';
import type { ClassifiedNetwork, NetworkClass } from './network-classes.js';

/** What the loaded lists say. */
export interface ListedNetworks {
  /** Id of a list of that kind which holds the address. */
  find(kind: FeedKind, address: IpAddress): string | undefined;
  /** Id of a list of that kind which holds the whole autonomous system. */
  findAsn(kind: FeedKind, asn: number): string | undefined;
}

/** VPN lists name ranges that providers rent and give back, so a hit is a little less than certain. */
const VPN_LIST_CONFIDENCE = 0.9;

/**
 * The facts that lists and the network's class give. What no source answers stays unknown.
 *
 * Relay and Tor come before VPN and hosting: public VPN lists hold nearly all of iCloud Private Relay, whose users are
 * ordinary people, and relays and exits stand in data centres without being bots.
 */
export function networkFacts(
  address: IpAddress,
  asn: number | undefined,
  network: ClassifiedNetwork | undefined,
  lists: ListedNetworks,
): Facts {
  const facts: Record<FactName, Fact | undefined> = { ...NO_FACTS };
  facts.isBlocklisted = listed(lists, 'blocklist', address) ?? listedAsn(lists, 'blocklist', asn);
  facts.isKnownCrawler = listed(lists, 'crawler', address);
  facts.isMobile = ofClass(network, 'mobile');
  facts.isSatellite = ofClass(network, 'satellite');
  const relay = listed(lists, 'relay', address);
  if (relay !== undefined) {
    const denied: Fact = { ...relay, value: false };
    return { ...facts, isRelay: relay, isAnonymousVpn: denied, isHostingProvider: denied };
  }
  facts.isRelay = ofClass(network, 'relay-operator');
  facts.isTorExitNode = listed(lists, 'tor', address) ?? ofClass(network, 'tor-operator');
  facts.isHostingProvider =
    listed(lists, 'hosting', address) ?? ofClass(network, 'hosting') ?? ofClass(network, 'vpn-hosting', 1);
  // The operators' relay ranges change faster than public VPN lists learn: in their networks such a list is no evidence.
  if (facts.isTorExitNode === undefined && facts.isRelay === undefined) {
    facts.isAnonymousVpn = listed(lists, 'vpn', address, VPN_LIST_CONFIDENCE) ?? ofClass(network, 'vpn-hosting');
  }
  return facts;
}

function listed(lists: ListedNetworks, kind: FeedKind, address: IpAddress, confidence = 1): Fact | undefined {
  const id = lists.find(kind, address);
  return id === undefined ? undefined : { value: true, confidence, evidence: `feed:${id}`, lastSeen: undefined };
}

function listedAsn(lists: ListedNetworks, kind: FeedKind, asn: number | undefined): Fact | undefined {
  const id = asn === undefined ? undefined : lists.findAsn(kind, asn);
  return id === undefined ? undefined : { value: true, confidence: 0.9, evidence: `feed:${id}`, lastSeen: undefined };
}

function ofClass(
  network: ClassifiedNetwork | undefined,
  wanted: NetworkClass,
  confidence = network?.confidence ?? 0,
): Fact | undefined {
  if (network?.class !== wanted) return undefined;
  return { value: true, confidence, evidence: network.evidence, lastSeen: undefined };
}
