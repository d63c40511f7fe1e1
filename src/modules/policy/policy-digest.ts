import { createHash } from 'node:crypto';
import { SCORECARDS } from '../scoring/scorecards.js';
import type { IpRiskPolicy } from './ip-risk-policy.js';

/** A policy with its digest, made once for each route. */
export interface DigestedPolicy {
  readonly policy: IpRiskPolicy;
  /** What a decision says of the policy it was made under. */
  readonly reference: { readonly name: string; readonly digest: string };
}

/** The policy beside its digest. */
export function digested(policy: IpRiskPolicy): DigestedPolicy {
  return { policy, reference: Object.freeze({ name: policy.name, digest: policyDigest(policy) }) };
}

/**
 * Sixteen hexadecimal digits that change whenever the policy or its scorecard's points do, so that a decision can be
 * traced to the rules it was made under.
 */
export function policyDigest(policy: IpRiskPolicy): string {
  // A provider's own card is code of its version; the name is all there is to digest.
  const card = Object.hasOwn(SCORECARDS, policy.scorecard) ? SCORECARDS[policy.scorecard] : undefined;
  const rules = card?.rules.map(({ code, points }) => [code, points]) ?? [];
  const fields = Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([fields, rules]))
    .digest('hex')
    .slice(0, 16);
}
