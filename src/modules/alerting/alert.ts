import { RISK_LEVELS, type RiskLevel } from '../scoring/risk-level.js';
import type { RiskReason } from '../scoring/scorecard.js';

/**
 * Why somebody is told. `risk`: a decision at or above its policy's `alertFrom`. `impossible-travel`, `new-country`: a
 * user's login. `provider-outage`, `budget-spent`: a vendor. `account-reported`: a user answered "this was not me".
 * `test`: somebody tries the chain.
 */
export const ALERT_KINDS = [
  'risk',
  'impossible-travel',
  'new-country',
  'provider-outage',
  'budget-spent',
  'account-reported',
  'test',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Least severe first. */
export const ALERT_SEVERITIES = RISK_LEVELS;
export type AlertSeverity = RiskLevel;

/** `team`: the recipients of the settings. `user`: the user that the alert is about, who is told no score and no reason. */
export type AlertAudience = 'team' | 'user';

/** What is known of one event that an alert tells of; the worst of them where it tells of many. */
export interface AlertFacts {
  /** Canonical text; `undefined` where plain addresses are not kept. */
  readonly ip: string | undefined;
  readonly score: number | undefined;
  readonly level: AlertSeverity | undefined;
  readonly reasons: readonly RiskReason[];
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  readonly city: string | undefined;
  readonly asn: number | undefined;
  readonly user: string | undefined;
  readonly route: string | undefined;
  readonly policy: string | undefined;
  readonly mode: 'live' | 'dry-run' | undefined;
  /** What was done; in `dry-run`, what would have been. */
  readonly action: string | undefined;
  /** The id of the decision, where one was made. */
  readonly decisionId: string | undefined;
  /** Of the vendor, for alerts about one. */
  readonly provider: string | undefined;
  /** One sentence for people; holds no key. */
  readonly detail: string | undefined;
  /** The lasting pseudonym of the address's network, which a user's "yes" comes to trust. Only for the audience `user`. */
  readonly trustNetwork: string | undefined;
  /** The recorded login's event id; without it nothing can be answered. Only for the audience `user`. */
  readonly eventId: string | undefined;
}

/** Facts of which nothing is known. */
export const NO_ALERT_FACTS: AlertFacts = {
  ip: undefined,
  score: undefined,
  level: undefined,
  reasons: [],
  country: undefined,
  city: undefined,
  asn: undefined,
  user: undefined,
  route: undefined,
  policy: undefined,
  mode: undefined,
  action: undefined,
  decisionId: undefined,
  provider: undefined,
  detail: undefined,
  trustNetwork: undefined,
  eventId: undefined,
};

/** An event that owes an alert. */
export interface AlertTrigger {
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly audience: AlertAudience;
  readonly facts: AlertFacts;
  /** The /24 or /48 the address is in, for grouping; `undefined` without an address. */
  readonly prefix: string | undefined;
  /** Events it stands for, 1 or more: identical decisions are merged before they are written. */
  readonly count: number;
  /** Milliseconds since 1970 of the first and the last of them. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The same event reported twice, by two ways or two processes, has the same one and counts once. */
  readonly dedupeId?: string | undefined;
}

/**
 * `pending`: to be put into the queue. `queued`: in it, or waiting there to be tried again. `delivered` and `dead` are
 * ends; a dead one can be replayed.
 */
export const ALERT_STATES = ['pending', 'queued', 'delivered', 'dead'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** An alert as it is stored: made once, in the transaction of what it is about, and delivered at least once. */
export interface Alert {
  /** 24 characters `a-z0-9`, beginning with a letter; the queue's job id, Novu's transaction id and the idempotency key are made of it. */
  readonly id: string;
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly audience: AlertAudience;
  /** Events it tells of: 1, or as many as a digest counts; 0 where it only says how many were kept back. */
  readonly count: number;
  /** Events that the recipient's cap has kept back since the last alert to the same recipient. */
  readonly suppressed: number;
  readonly isDigest: boolean;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly createdAt: number;
  readonly facts: AlertFacts;
  readonly state: AlertState;
  /** Tries that were made. */
  readonly attempts: number;
  /** Idempotency keys that are used up: a service keeps its failures under the key, too. */
  readonly keyGeneration: number;
  readonly nextAttemptAt: number | undefined;
  readonly deliveredAt: number | undefined;
  /** Why the last try failed; holds no key and no URL. */
  readonly lastFailure: string | undefined;
}
