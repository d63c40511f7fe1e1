import type { FactName } from '../providers/ip-intelligence.js';

/** What happens to a request without a verdict. `allow` fails open; `hold` and `block` answer 503. */
export const ON_UNAVAILABLE = ['allow', 'challenge', 'hold', 'block'] as const;
export type OnUnavailable = (typeof ON_UNAVAILABLE)[number];

/** `annotate` lets a challenged request through with `requireMfa`; `reject` answers 401. */
export const ON_CHALLENGE = ['annotate', 'reject'] as const;
export type OnChallenge = (typeof ON_CHALLENGE)[number];

/** `dry-run` decides and records, and lets everything through. */
export const POLICY_MODES = ['live', 'dry-run'] as const;
export type PolicyMode = (typeof POLICY_MODES)[number];

/** The least band of a policy in which a decision raises an alert; `never` raises none by score. */
export const ALERT_FROM = ['medium', 'high', 'critical', 'never'] as const;
export type AlertFrom = (typeof ALERT_FROM)[number];

export const ON_DENIED_COUNTRY = ['block', 'score'] as const;
export type OnDeniedCountry = (typeof ON_DENIED_COUNTRY)[number];

/** Facts that a policy may block on, by the names used in configuration. */
export const BLOCKABLE_FACTS = {
  tor: 'isTorExitNode',
  vpn: 'isAnonymousVpn',
  proxy: 'isPublicProxy',
  'residential-proxy': 'isResidentialProxy',
  relay: 'isRelay',
  hosting: 'isHostingProvider',
  blocklisted: 'isBlocklisted',
} as const satisfies Readonly<Record<string, FactName>>;
export type BlockableFact = keyof typeof BLOCKABLE_FACTS;

/** Scores from which an action is taken, ascending. {@link NEVER} is above every score. */
export interface RiskThresholds {
  readonly monitor: number;
  readonly challenge: number;
  readonly block: number;
}

/** A threshold that no score reaches. */
export const NEVER = 101;

/** A policy with everything settled. */
export interface IpRiskPolicy {
  readonly name: string;
  readonly scorecard: string;
  readonly thresholds: RiskThresholds;
  readonly onUnavailable: OnUnavailable;
  /** As {@link PolicyOverrides.takeStandIns}; `undefined` goes by the fail mode. */
  readonly takeStandIns: boolean | undefined;
  readonly onChallenge: OnChallenge;
  readonly mode: PolicyMode;
  readonly blockOn: readonly BlockableFact[];
  /** ISO 3166-1 alpha-2, upper case. */
  readonly deniedCountries: readonly string[];
  /** Where not empty, every other known country is denied. */
  readonly allowedCountries: readonly string[];
  readonly onDeniedCountry: OnDeniedCountry;
  /**
   * Alerts are raised from this band on: `medium` from the threshold `monitor`, `high` from `challenge`, `critical` from
   * `block`. Impossible travel is told of from every band,
   * and `never` silences it too.
   */
  readonly alertFrom: AlertFrom;
  /** A login from a country in which none of the user's stored logins was raises an alert. */
  readonly alertOnNewCountry: boolean;
}

/** The part of a policy that a route may change. */
export interface PolicyOverrides {
  /**
   * True: no verdict answers 503 and the handler never runs. Once a class or its policy fails closed, its methods do
   * too, whatever they say. @default false
   */
  readonly failClosed?: boolean;
  /** The long form of `failClosed`. @default the policy's */
  readonly onUnavailable?: OnUnavailable;
  /**
   * Whether a verdict may decide that stands in for a current one: an older one where vendors are down or while it is
   * renewed, or offline data alone where the quota brake holds them back. False counts it as no verdict.
   * @default true where no verdict means `allow`, false elsewhere
   */
  readonly takeStandIns?: boolean;
  /** Any of the three; the others stay the policy's. 0–100, or 101 for never. */
  readonly thresholds?: Partial<RiskThresholds>;
  /** @default the policy's, which is `live` unless it says otherwise */
  readonly mode?: PolicyMode;
  /** @default the policy's, which is `annotate` unless it says otherwise */
  readonly onChallenge?: OnChallenge;
}

/** True where a request without a verdict never reaches the handler. */
export function failsClosed(onUnavailable: OnUnavailable): boolean {
  return onUnavailable === 'hold' || onUnavailable === 'block';
}

/** True where a verdict that stands in for a current one may decide. */
export function takesStandIns({ takeStandIns, onUnavailable }: IpRiskPolicy): boolean {
  return takeStandIns ?? onUnavailable === 'allow';
}
