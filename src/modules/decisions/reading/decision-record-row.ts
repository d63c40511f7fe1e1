import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import { millisOf } from '../../storage/millis-of.js';
import type { DecisionSignals } from '../signals/decision-signals.js';
import type { LoggedDecision } from './logged-decision.js';

type Stored = Omit<LoggedDecision, 'policy'> & { readonly policy: string; readonly policyDigest: string };

/** A decision as the database gives it: null where nothing is known. */
export type DecisionRecordRow = {
  readonly [Name in keyof Stored]: undefined extends Stored[Name]
    ? Exclude<Stored[Name], undefined> | null
    : Stored[Name];
} & { readonly policyBody: IpRiskPolicy | null };

/** The columns of `decisions`, by the names that {@link LoggedDecision} has for them. */
export const decisionColumns = (table: string): string =>
  [
    `${table}.id`,
    `${millisOf(`${table}.at`)} as at`,
    `${millisOf(`${table}.last_at`)} as "lastAt"`,
    `${table}.count::float8 as count`,
    `${table}.route`,
    `${table}.policy`,
    `${table}.policy_digest as "policyDigest"`,
    `${table}.mode`,
    `${table}.action`,
    `${table}.intended_action as "intendedAction"`,
    `${table}.cause`,
    `${table}.score`,
    `${table}.level`,
    `${table}.failed_open as "failedOpen"`,
    `${table}.failed_closed as "failedClosed"`,
    `${table}.require_mfa as "requireMfa"`,
    `${table}.reasons`,
    `${table}.degraded`,
    `${table}.failures`,
    `${table}.subject`,
    `${table}.claimed_country as "claimedCountry"`,
    `host(${table}.ip) as ip`,
    `${table}.ip_pseudonym as "ipPseudonym"`,
    `${table}.prefix_pseudonym as "prefixPseudonym"`,
    `${table}.country`,
    `${table}.asn::float8 as asn`,
    `${table}.travel_status as "travelStatus"`,
    `${table}.travel`,
    `${table}.signals_digest as "signalsDigest"`,
    `${table}.latency_sum_ms::float8 as "latencySumMs"`,
    `${table}.latency_max_ms::float8 as "latencyMaxMs"`,
    `${table}.is_summary as "isSummary"`,
    `${table}.is_confirmed as "isConfirmed"`,
  ].join(', ');

export function readDecision({ policy, policyDigest, policyBody, ...row }: DecisionRecordRow): LoggedDecision {
  return {
    ...row,
    score: row.score ?? undefined,
    level: row.level ?? undefined,
    subject: row.subject ?? undefined,
    claimedCountry: row.claimedCountry ?? undefined,
    ip: row.ip ?? undefined,
    ipPseudonym: row.ipPseudonym ?? undefined,
    prefixPseudonym: row.prefixPseudonym ?? undefined,
    country: row.country ?? undefined,
    asn: row.asn ?? undefined,
    travelStatus: row.travelStatus ?? undefined,
    travel: row.travel ?? undefined,
    signalsDigest: row.signalsDigest ?? undefined,
    signals: row.signals === null ? undefined : readSignals(row.signals),
    policy: { name: policy, digest: policyDigest, body: policyBody === null ? undefined : readPolicy(policyBody) },
  };
}

/** What is not known is left out of JSON. */
function readPolicy(body: IpRiskPolicy): IpRiskPolicy {
  return { ...body, takeStandIns: body.takeStandIns };
}

function readSignals(body: DecisionSignals): DecisionSignals {
  const { country, standsIn, specialPurpose, opinions } = body;
  return {
    ...body,
    country,
    standsIn,
    specialPurpose,
    opinions: opinions.map((opinion) => ({ ...opinion, countryCode: opinion.countryCode })),
  };
}
