import type { IpAddress } from '../../../../common/ip/ip-address.js';
import type { FeedKind } from '../feeds/feed-source.js';
import { NO_FACTS, type Fact, type Facts } from '../../ip-intelligence.js';
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
  const hits: ListHits = {
    blocklist: listed(lists, 'blocklist', address) ?? listedAsn(lists, 'blocklist', asn),
    crawler: listed(lists, 'crawler', address),
    relay: listed(lists, 'relay', address),
    tor: listed(lists, 'tor', address),
    hosting: listed(lists, 'hosting', address),
    vpn: listed(lists, 'vpn', address, VPN_LIST_CONFIDENCE),
  };
  const hit = hits.blocklist ?? hits.crawler ?? hits.relay ?? hits.tor ?? hits.hosting ?? hits.vpn;
  return hit === undefined ? factsOfClass(network) : withHits(factsOfClass(network), hits);
}

type ListHits = Readonly<Record<FeedKind, Fact | undefined>>;

function withHits(ofClass: Facts, hits: ListHits): Facts {
  const facts = { ...ofClass, isBlocklisted: hits.blocklist, isKnownCrawler: hits.crawler };
  if (hits.relay !== undefined) {
    const denied: Fact = { ...hits.relay, value: false };
    return {
      ...facts,
      isRelay: hits.relay,
      isTorExitNode: undefined,
      isAnonymousVpn: denied,
      isHostingProvider: denied,
    };
  }
  const isTorExitNode = hits.tor ?? ofClass.isTorExitNode;
  // The operators' relay ranges change faster than public VPN lists learn: in their networks such a list is no evidence.
  const isVpnExplained = isTorExitNode !== undefined || ofClass.isRelay !== undefined;
  return {
    ...facts,
    isTorExitNode,
    isHostingProvider: hits.hosting ?? ofClass.isHostingProvider,
    isAnonymousVpn: isVpnExplained ? undefined : (hits.vpn ?? ofClass.isAnonymousVpn),
  };
}

const factsByClass = new WeakMap<ClassifiedNetwork, Facts>();

/** What the kind of network alone says: one object for all its addresses. */
function factsOfClass(network: ClassifiedNetwork | undefined): Facts {
  if (network === undefined) return NO_FACTS;
  const isListed = network.evidence === 'asn-table';
  let facts = factsByClass.get(network);
  if (facts === undefined) {
    facts = {
      ...NO_FACTS,
      isMobile: ofClass(network, 'mobile'),
      isSatellite: ofClass(network, 'satellite'),
      isRelay: ofClass(network, 'relay-operator'),
      isTorExitNode: ofClass(network, 'tor-operator'),
      // Whether or not its customers are VPN users, such a network is made of servers; a name alone is as weak as ever.
      isHostingProvider: ofClass(network, 'hosting') ?? ofClass(network, 'vpn-hosting', isListed ? 1 : undefined),
      isAnonymousVpn: ofClass(network, 'vpn-hosting'),
    };
    factsByClass.set(network, Object.freeze(facts));
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
  { class: networkClass, confidence, evidence }: ClassifiedNetwork,
  wanted: NetworkClass,
  sureness = confidence,
): Fact | undefined {
  if (networkClass !== wanted) return undefined;
  return Object.freeze({ value: true, confidence: sureness, evidence, lastSeen: undefined });
}
