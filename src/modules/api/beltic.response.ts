import type { RiskAssessment } from '../assessment/risk-assessment.js';
import type { FactName, IpLocation } from '../providers/ip-intelligence.js';
import { unknownAsNull } from './unknown-as-null.js';

/** The five objects of a Beltic answer. Its booleans have no "unknown": what is not known is false here, and `null` in `assessment.signals`. */
export function toBelticResponse(assessment: RiskAssessment, userAgent: string | undefined): Record<string, unknown> {
  const { location, network } = assessment;
  const is = (name: FactName): boolean => assessment.facts[name]?.value ?? false;
  const tor = is('isTorExitNode');
  const vpn = is('isAnonymousVpn');
  return {
    risk: { fraud_score: fraudScoreOf(assessment), recent_abuse: is('isAbusive') || is('isBlocklisted') },
    network: unknownAsNull({
      isp: network?.isp,
      asn: network?.asn,
      organization: network?.organization,
      host: undefined,
      timezone: location?.timeZone,
      // Beltic's field is about the browser, not about the network: false unless a user agent says so.
      mobile: userAgent !== undefined && /\bMobi/i.test(userAgent),
    }),
    anonymity: {
      proxy: tor || vpn || is('isPublicProxy') || is('isResidentialProxy'),
      vpn,
      tor,
      active_vpn: vpn,
      active_tor: tor,
    },
    bot: { is_crawler: is('isKnownCrawler'), bot_status: is('isBot') },
    address: toAddress(location),
  };
}

function toAddress(location: IpLocation | undefined): Record<string, unknown> {
  const parts = [location?.city, location?.region, location?.countryCode].filter((part) => part !== undefined);
  return unknownAsNull({
    formatted_address: parts.length === 0 ? undefined : parts.join(', '),
    country: location?.countryCode,
    city: location?.city,
    state_or_province: location?.region,
    postal_code: location?.postalCode,
    latitude: location?.latitude,
    longitude: location?.longitude,
  });
}

/** A special-purpose address has no reputation: 0 here, and `not-applicable` in `assessment.status`. */
function fraudScoreOf(assessment: RiskAssessment): number | null {
  if (assessment.status === 'unavailable') return null;
  return assessment.status === 'not-applicable' ? 0 : assessment.score;
}
