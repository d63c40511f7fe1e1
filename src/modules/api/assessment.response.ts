import type { RiskAssessment } from '../assessment/risk-assessment.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import { FACT_NAMES, type IpLocation, type IpNetwork } from '../providers/ip-intelligence.js';
import type { MergedFact } from '../providers/merged-intelligence.js';
import { toFailureResponse } from './failure.response.js';
import { toOpinionResponse } from './opinion.response.js';
import { SIGNAL_NAMES } from './signal-names.js';
import { unknownAsNull } from './unknown-as-null.js';

/** The assessment in snake_case JSON. Unknown is `null`, in signals as everywhere. */
export function toAssessmentResponse(assessment: RiskAssessment, now: number): Record<string, unknown> {
  const isScored = assessment.status === 'complete' || assessment.status === 'degraded';
  return {
    ip: assessment.ip,
    embedded_ip: assessment.embeddedIp ?? null,
    status: assessment.status,
    stands_in: assessment.standsIn ?? null,
    score: isScored ? assessment.score : null,
    level: isScored ? assessment.level : null,
    reasons: isScored ? assessment.reasons : [],
    signals: Object.fromEntries(FACT_NAMES.map((name) => [SIGNAL_NAMES[name], assessment.facts[name]?.value ?? null])),
    evidence: toEvidenceResponse(assessment),
    location: toLocationResponse(assessment.location),
    network: toNetworkResponse(assessment.network),
    opinions: assessment.opinions.map(toOpinionResponse),
    special_purpose: assessment.status === 'not-applicable' ? assessment.specialPurpose.name : null,
    providers: assessment.providers,
    failures: assessment.failures.map(toFailureResponse),
    age_seconds: Math.max(0, Math.round((now - assessment.assessedAt) / 1000)),
  };
}

/** By signal, where one is known; and the country, where providers differ about it. */
function toEvidenceResponse({ facts, countryClaims }: RiskAssessment): Record<string, unknown> {
  const evidence: Record<string, unknown> = {};
  for (const name of FACT_NAMES) {
    const fact = facts[name];
    if (fact !== undefined) evidence[SIGNAL_NAMES[name]] = toFactEvidence(fact);
  }
  const claims = countryClaims.map(({ providerId, countryCode }) => ({ provider: providerId, value: countryCode }));
  if (claims.length > 0) evidence['country'] = { disputed: true, claims };
  return evidence;
}

function toFactEvidence({ isDisputed, claims }: MergedFact): Record<string, unknown> {
  return {
    disputed: isDisputed,
    claims: claims.map(({ providerId, value, confidence, evidence, lastSeen }) =>
      unknownAsNull({ provider: providerId, value, confidence, evidence, last_seen: lastSeen }),
    ),
  };
}

function toLocationResponse(location: IpLocation | undefined): Record<string, unknown> {
  return unknownAsNull({
    country: location?.countryCode,
    region: location?.region,
    city: location?.city,
    postal_code: location?.postalCode,
    latitude: location?.latitude,
    longitude: location?.longitude,
    accuracy_radius_km: location?.accuracyRadiusKm,
    time_zone: location?.timeZone,
  });
}

function toNetworkResponse(network: IpNetwork | undefined): Record<string, unknown> {
  return unknownAsNull({ asn: network?.asn, organization: network?.organization, isp: network?.isp });
}

/** The decision in snake_case JSON. The API's caller is the application, so it sees the reasons its own users do not. */
export function toDecisionResponse(decision: RiskDecision): Record<string, unknown> {
  return {
    action: decision.action,
    intended_action: decision.intendedAction,
    cause: decision.cause,
    score: decision.score ?? null,
    reasons: decision.reasons,
    failed_open: decision.failedOpen,
    failed_closed: decision.failedClosed,
    require_mfa: decision.requireMfa,
    degraded: decision.degraded,
    policy: decision.policy.name,
    policy_digest: decision.policy.digest,
    mode: decision.mode,
    subject: decision.subject ?? null,
  };
}
