import type { FactName } from '../providers/ip-intelligence.js';

/** Facts by their names on the wire. */
export const SIGNAL_NAMES: Readonly<Record<FactName, string>> = {
  isTorExitNode: 'tor',
  isAnonymousVpn: 'vpn',
  isPublicProxy: 'proxy',
  isResidentialProxy: 'residential_proxy',
  isRelay: 'relay',
  isHostingProvider: 'hosting',
  isMobile: 'mobile',
  isSatellite: 'satellite',
  isKnownCrawler: 'known_crawler',
  isBlocklisted: 'blocklisted',
  isAbusive: 'abusive',
  isBot: 'bot',
};
