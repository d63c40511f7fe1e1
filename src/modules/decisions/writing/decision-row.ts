import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { effectiveAddress } from '../../../common/ip/embedded-ipv4.js';
import type { RiskAssessment } from '../../assessment/risk-assessment.js';
import type { EpochPseudonyms } from '../../geo-velocity/privacy/pseudonyms.js';
import type { RiskDecision } from '../../policy/risk-decision.js';
import type { RiskLevel } from '../../scoring/risk-level.js';
import { decidedTravel, type DecidedTravel } from '../signals/decided-travel.js';
import { signalledFailures } from '../signals/decision-signals.js';
import type { WaitingDecision } from './waiting-decision.js';

/** The address that a decision is about: the IPv4 address inside a transition address, as everywhere. */
export function addressOf(assessment: RiskAssessment | undefined): IpAddress | undefined {
  const address = assessment === undefined ? undefined : parseIpAddress(assessment.ip);
  return address && effectiveAddress(address);
}

/** What a row says that is the same for all decisions of it; `undefined` becomes null. Its fields are columns. */
export interface RowContent {
  readonly route: string;
  readonly policy: string;
  readonly policy_digest: string;
  readonly mode: string;
  readonly action: string;
  readonly intended_action: string;
  readonly cause: string;
  readonly score: number | undefined;
  readonly level: RiskLevel | undefined;
  readonly failed_open: boolean;
  readonly failed_closed: boolean;
  readonly require_mfa: boolean;
  readonly reasons: readonly object[];
  readonly degraded: readonly string[];
  readonly failures: readonly object[];
  readonly subject: string | undefined;
  readonly claimed_country: string | undefined;
  readonly ip: string | undefined;
  readonly ip_pseudonym: string | undefined;
  readonly prefix_pseudonym: string | undefined;
  readonly country: string | undefined;
  readonly asn: number | undefined;
  readonly travel_status: string | undefined;
  readonly travel: DecidedTravel | undefined;
  readonly signals_digest: string | undefined;
  readonly is_summary: boolean;
}

/** What is worked out for a row beside its decision. */
export interface RowParts {
  readonly level: RiskLevel | undefined;
  /** Only where plain addresses are kept. */
  readonly ip: string | undefined;
  readonly pseudonyms: Pick<EpochPseudonyms, 'address' | 'prefix'> | undefined;
  readonly signalsDigest: string | undefined;
  readonly isSummary: boolean;
}

export function rowContent({ event }: WaitingDecision, parts: RowParts): RowContent {
  const { decision, route, claimedCountry } = event;
  const { assessment } = decision;
  const travel = decidedTravel(decision);
  return {
    route,
    policy: decision.policy.name,
    policy_digest: decision.policy.digest,
    mode: decision.mode,
    action: decision.action,
    intended_action: decision.intendedAction,
    cause: decision.cause,
    score: storableScore(decision.score),
    level: parts.level,
    failed_open: decision.failedOpen,
    failed_closed: decision.failedClosed,
    require_mfa: decision.requireMfa,
    reasons: decision.reasons.map(({ code, points, provider, detail }) => ({ code, points, provider, detail })),
    degraded: decision.degraded,
    failures: signalledFailures(assessment?.failures ?? []),
    subject: storableSubject(decision.subject),
    claimed_country: statedCountry(claimedCountry),
    ip: parts.ip,
    ip_pseudonym: parts.pseudonyms?.address,
    prefix_pseudonym: parts.pseudonyms?.prefix,
    country: assessment?.location?.countryCode,
    asn: storableAsn(assessment?.network?.asn),
    travel_status: travelStatusOf(decision, travel),
    travel,
    signals_digest: parts.signalsDigest,
    is_summary: parts.isSummary,
  };
}

const LONGEST_SUBJECT = 256;
const MOST_SCORE = 100;
const MOST_ASN = 0xffffffff;

/** A subject that is only a label may be any text, of any length. What is cut is a text of its own. */
export function storableSubject(subject: string | undefined): string | undefined {
  if (subject === undefined || subject.length <= LONGEST_SUBJECT) return subject;
  return Array.from(subject.slice(0, 2 * LONGEST_SUBJECT))
    .slice(0, LONGEST_SUBJECT)
    .join('');
}

/** Anything but a country code states nothing, to a decision as to its record. */
export function statedCountry(claimed: string | undefined): string | undefined {
  return claimed !== undefined && /^[A-Za-z]{2}$/.test(claimed) ? claimed.toUpperCase() : undefined;
}

/** A score of somebody else's scorecard may be any number, or none. */
function storableScore(score: number | undefined): number | undefined {
  return score !== undefined && Number.isInteger(score) && score >= 0 && score <= MOST_SCORE ? score : undefined;
}

function storableAsn(asn: number | undefined): number | undefined {
  return asn !== undefined && Number.isInteger(asn) && asn >= 0 && asn <= MOST_ASN ? asn : undefined;
}

function travelStatusOf({ travel }: RiskDecision, decided: DecidedTravel | undefined): string | undefined {
  return decided === 'unavailable' ? decided : travel?.verdict.status;
}
