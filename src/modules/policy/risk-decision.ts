import type { RiskAssessment } from '../assessment/risk-assessment.js';
import type { LoginReport, TravelReport } from '../geo-velocity/geo-velocity.js';
import type { RiskReason } from '../scoring/scorecard.js';
import type { OnChallenge, PolicyMode } from './ip-risk-policy.js';

/** `review` is a request held for a person to look at. */
export const RISK_ACTIONS = ['allow', 'monitor', 'challenge', 'block', 'review'] as const;
export type RiskAction = (typeof RISK_ACTIONS)[number];

/**
 * What decided. `score`, `fact` and `denied-country` are about the address. `account-held` is about the user, who said of
 * a login that it was somebody else's; `score` and `reasons` are those of the address all the same. The rest is about not
 * knowing the address.
 */
export type DecisionCause =
  | 'score'
  | 'fact'
  | 'denied-country'
  | 'account-held'
  | 'unavailable'
  | 'client-ip-unknown'
  | 'not-applicable'
  | 'skipped';

/** An assessment under one policy: what is done with the request. */
export interface RiskDecision {
  /** What is done. Under `dry-run` always `allow` or `monitor`. */
  readonly action: RiskAction;
  /** What live mode would do; the same as `action` there. */
  readonly intendedAction: RiskAction;
  readonly cause: DecisionCause;
  /** 0–100 with the request's own signals counted in; `undefined` without a verdict, never 0 in its place. */
  readonly score: number | undefined;
  /** Their points add up to `score`. For the log; a blocked caller never sees them. */
  readonly reasons: readonly RiskReason[];
  /** Let through without a verdict. */
  readonly failedOpen: boolean;
  /** Stopped without a verdict. */
  readonly failedClosed: boolean;
  /** Challenged: ask for a second factor before going on. */
  readonly requireMfa: boolean;
  /**
   * What was missing: ids of providers that failed or answered in part, `client-ip` when the sender is not known,
   * `stale` or `quota-brake` where the verdict stands in for a current one, and `geo-velocity` where the user's travel
   * was asked for and not answered.
   */
  readonly degraded: readonly string[];
  readonly policy: { readonly name: string; readonly digest: string };
  readonly mode: PolicyMode;
  readonly onChallenge: OnChallenge;
  /** The user or account the route names, for the log. */
  readonly subject: string | undefined;
  /**
   * What the subject's logins say of this one, and what recording it changed. `undefined` where there is no subject, no
   * database, or no answer in time; `degraded` names `geo-velocity` then.
   */
  readonly travel: TravelReport | LoginReport | undefined;
  /** `undefined` when there was no address to assess. */
  readonly assessment: RiskAssessment | undefined;
}
