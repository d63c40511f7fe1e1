import type { TravelStatus } from '../../geo-velocity/travel/travel-verdict.js';
import type { IpRiskPolicy, PolicyMode } from '../../policy/ip-risk-policy.js';
import type { DecisionCause, RiskAction } from '../../policy/risk-decision.js';
import type { RiskLevel } from '../../scoring/risk-level.js';
import type { RiskReason } from '../../scoring/scorecard.js';
import type { DecidedTravel } from '../signals/decided-travel.js';
import type { DecisionSignals, SignalledFailure } from '../signals/decision-signals.js';

/** A decision on record, or as many identical ones of one minute as `count` says. */
export interface LoggedDecision {
  /** 24 characters `a-z0-9`, beginning with a letter. */
  readonly id: string;
  /** Milliseconds since 1970 of the first and the last of them. */
  readonly at: number;
  readonly lastAt: number;
  readonly count: number;
  readonly route: string;
  readonly policy: {
    readonly name: string;
    readonly digest: string;
    /** The policy as it was then. */
    readonly body: IpRiskPolicy | undefined;
  };
  readonly mode: PolicyMode;
  readonly action: RiskAction;
  readonly intendedAction: RiskAction;
  readonly cause: DecisionCause;
  readonly score: number | undefined;
  /** The band of the policy that the decision is in; `undefined` where it does not rest on the address. */
  readonly level: RiskLevel | undefined;
  readonly reasons: readonly RiskReason[];
  readonly failedOpen: boolean;
  readonly failedClosed: boolean;
  readonly requireMfa: boolean;
  /** What was missing, as `degraded` of the decision says it. */
  readonly degraded: readonly string[];
  readonly failures: readonly SignalledFailure[];
  readonly subject: string | undefined;
  /** ISO 3166-1 alpha-2, upper case; `undefined` where what was stated is no country. */
  readonly claimedCountry: string | undefined;
  /** Canonical text, of the IPv4 address inside a transition address; `undefined` once past its days. */
  readonly ip: string | undefined;
  readonly ipPseudonym: string | undefined;
  readonly prefixPseudonym: string | undefined;
  /** ISO 3166-1 alpha-2 of the address. */
  readonly country: string | undefined;
  readonly asn: number | undefined;
  readonly travelStatus: TravelStatus | 'unavailable' | undefined;
  /** What the decision was told of the user's travel, where that could change it. */
  readonly travel: DecidedTravel | undefined;
  readonly signalsDigest: string | undefined;
  /** What the decision was made by; `undefined` where there was no address, or only a count is kept. */
  readonly signals: DecisionSignals | undefined;
  /** Milliseconds of all of them together, and of the slowest. */
  readonly latencySumMs: number;
  readonly latencyMaxMs: number;
  /** More waited to be written than fit into memory: these were only counted. */
  readonly isSummary: boolean;
  /** False where a request went on before its record was known to be kept. */
  readonly isConfirmed: boolean;
}
