import { createHash } from 'node:crypto';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { SCORECARDS } from '../scoring/scorecards.js';
import type { IpRiskPolicy } from './ip-risk-policy.js';

/** A policy with its digest, made once for each route. */
export interface DigestedPolicy {
  readonly policy: IpRiskPolicy;
  /** What a decision says of the policy it was made under. */
  readonly reference: { readonly name: string; readonly digest: string };
}

/** @throws InvalidConfigurationError for a policy whose scorecard does not exist. */
export function digested(policy: IpRiskPolicy): DigestedPolicy {
  return { policy, reference: Object.freeze({ name: policy.name, digest: policyDigest(policy) }) };
}

/**
 * Sixteen hexadecimal digits that change whenever the policy or its scorecard's points do, so that a decision can be
 * traced to the rules it was made under.
 */
export function policyDigest(policy: IpRiskPolicy): string {
  const card = Object.hasOwn(SCORECARDS, policy.scorecard) ? SCORECARDS[policy.scorecard] : undefined;
  if (card === undefined) {
    throw new InvalidConfigurationError(
      `Policy "${policy.name}": there is no scorecard "${policy.scorecard}"; use one of: ${Object.keys(SCORECARDS).join(', ')}.`,
    );
  }
  const rules = card.rules.map(({ code, points }) => [code, points]);
  const fields = Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([fields, rules]))
    .digest('hex')
    .slice(0, 16);
}
