import type { MergedFacts } from '../providers/merged-intelligence.js';
import { claimedCountryDiffers, deniedCountry, travelRules } from './context-rules.js';
import { evidenceOf, isCertain, type Scorecard } from './scorecard.js';

/**
 * Our own card on merged facts, the default. No single anonymiser blocks under the default policies: VPN alone is a
 * mark, Tor a strong one, a relay none, and a hosting address counts only where nothing else explains it. What explains
 * another fact away must be certain itself.
 */
export const unifiedScorecard: Scorecard = {
  name: 'unified',
  rules: [
    { code: 'TOR_EXIT_NODE', points: 50, evidence: ({ facts }) => evidenceOf(facts.isTorExitNode) },
    { code: 'BLOCKLISTED', points: 60, evidence: ({ facts }) => evidenceOf(facts.isBlocklisted) },
    {
      // A blocklist entry is abuse that others found too; it is not counted twice.
      code: 'ABUSIVE',
      points: 40,
      evidence: ({ facts }) =>
        isCertain(facts.isBlocklisted) || isShared(facts) ? undefined : evidenceOf(facts.isAbusive),
    },
    {
      // Every Tor exit and every VPN is reported for what one of its thousands of users did.
      code: 'ABUSIVE_SHARED_ADDRESS',
      points: 20,
      evidence: ({ facts }) =>
        isCertain(facts.isBlocklisted) || !isShared(facts) ? undefined : evidenceOf(facts.isAbusive),
    },
    {
      // A verified crawler is a bot that says so.
      code: 'BOT',
      points: 20,
      evidence: ({ facts }) => (isCertain(facts.isKnownCrawler) ? undefined : evidenceOf(facts.isBot)),
    },
    {
      // Public VPN lists and vendors hold relays too; a relay that is certain is one.
      code: 'ANONYMOUS_VPN',
      points: 25,
      evidence: ({ facts }) =>
        isCertain(facts.isTorExitNode) || isCertain(facts.isRelay) ? undefined : evidenceOf(facts.isAnonymousVpn),
    },
    {
      code: 'RESIDENTIAL_PROXY',
      points: 30,
      evidence: ({ facts }) => (isCertain(facts.isRelay) ? undefined : evidenceOf(facts.isResidentialProxy)),
    },
    {
      code: 'PUBLIC_PROXY',
      points: 25,
      evidence: ({ facts }) =>
        [facts.isTorExitNode, facts.isRelay, facts.isResidentialProxy].some(isCertain)
          ? undefined
          : evidenceOf(facts.isPublicProxy),
    },
    {
      // A server without a VPN to explain it points at a bot; relays, Tor and verified crawlers live on servers too.
      code: 'HOSTING_PROVIDER',
      points: 30,
      evidence: ({ facts }) => {
        const explanations = [facts.isAnonymousVpn, facts.isTorExitNode, facts.isRelay, facts.isKnownCrawler];
        return explanations.some(isCertain) ? undefined : evidenceOf(facts.isHostingProvider);
      },
    },
    { code: 'PRIVACY_RELAY', points: 0, evidence: ({ facts }) => evidenceOf(facts.isRelay) },
    { code: 'KNOWN_CRAWLER', points: 0, evidence: ({ facts }) => evidenceOf(facts.isKnownCrawler) },
    ...travelRules,
    deniedCountry,
    claimedCountryDiffers,
  ],
};

/** An address of an anonymity network or a carrier, which thousands of people have at the same time. */
function isShared({ isTorExitNode, isAnonymousVpn, isRelay, isMobile }: MergedFacts): boolean {
  return [isTorExitNode, isAnonymousVpn, isRelay, isMobile].some(isCertain);
}
