import { NO_FACTS, type Fact, type IpIntelligence } from '../ip-intelligence.js';
import { statement } from '../statement.js';
import type { BelticRecord, Suspicion } from './beltic.response.js';
import { belticScore } from './beltic.scorecard.js';

/** Beltic repeats this vendor word for word: the two are one voice. */
const SOURCE = 'ipqualityscore';

/** "Can become active at any time" is less than "is". */
const SUSPICION_CONFIDENCE = 0.6;

/** Beltic's record in our terms. Its points are left out: the documented sample has Denver at Sydney's coordinates. */
export function toIpIntelligence(record: BelticRecord, providerId: string): IpIntelligence {
  const { fraudScore, hasRecentAbuse, isCrawler, isBot, vpn, tor } = record;
  const { countryCode, region, city, postalCode, timeZone, asn, organization, isp } = record;
  return {
    providerId,
    facts: {
      ...NO_FACTS,
      isTorExitNode: suspicionFact(tor, 'tor'),
      isAnonymousVpn: suspicionFact(vpn, 'vpn'),
      isPublicProxy: proxyFact(record),
      isAbusive: statement(hasRecentAbuse, 'recent_abuse'),
      isKnownCrawler: statement(isCrawler, 'is_crawler'),
      isBot: statement(isBot, 'bot_status'),
    },
    location: {
      countryCode,
      region,
      city,
      postalCode,
      latitude: undefined,
      longitude: undefined,
      accuracyRadiusKm: undefined,
      timeZone,
    },
    network: { asn, organization, isp },
    score: fraudScore === undefined ? undefined : belticScore(fraudScore),
    source: SOURCE,
  };
}

function suspicionFact({ isActive, isSuspected }: Suspicion, name: string): Fact | undefined {
  if (isActive === true) return statement(true, `active_${name}`);
  return statement(isSuspected, name, { confidence: SUSPICION_CONFIDENCE });
}

/** Beltic's "proxy" is true for every VPN and Tor exit as well, and then says nothing of its own. */
function proxyFact({ isProxy, vpn, tor }: BelticRecord): Fact | undefined {
  const isExplained = [vpn, tor].some(({ isActive, isSuspected }) => isActive === true || isSuspected === true);
  return isProxy === true && isExplained ? undefined : statement(isProxy, 'proxy');
}
