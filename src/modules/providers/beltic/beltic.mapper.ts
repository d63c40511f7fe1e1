import { FRAUD_SCORE_SOURCE, fraudScoreOf, publicProxyFact, suspicionFact } from '../fraud-score.js';
import { NO_FACTS, type IpIntelligence } from '../ip-intelligence.js';
import { statement } from '../statement.js';
import type { BelticRecord } from './beltic.response.js';

/** Beltic's record in our terms. Its points are left out: the documented sample has Denver at Sydney's coordinates. */
export function toIpIntelligence(record: BelticRecord, providerId: string): IpIntelligence {
  const { fraudScore, hasRecentAbuse, isCrawler, isBot, isProxy, vpn, tor } = record;
  const { countryCode, region, city, postalCode, timeZone, asn, organization, isp } = record;
  return {
    providerId,
    facts: {
      ...NO_FACTS,
      isTorExitNode: suspicionFact(tor, 'tor'),
      isAnonymousVpn: suspicionFact(vpn, 'vpn'),
      isPublicProxy: publicProxyFact(isProxy, vpn, tor),
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
    score: fraudScoreOf(fraudScore),
    source: FRAUD_SCORE_SOURCE,
  };
}
