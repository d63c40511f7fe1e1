/** By what alerts without a common user can be told apart; the first that is known counts. */
export const ALERT_GROUPINGS = ['user', 'prefix', 'asn', 'policy'] as const;
export type AlertGrouping = (typeof ALERT_GROUPINGS)[number];

/** When alerts are raised and how a storm of them is held. Everything settled. */
export interface AlertSettings {
  /** Milliseconds for which alerts of one group become a digest after the first. @default 300000 */
  readonly windowMs: number;
  /** Alerts to one recipient in an hour: one user, or the team about each of risk, travel, accounts, vendors. @default 60 */
  readonly capPerHour: number;
  /** @default ['prefix', 'user', 'policy'] */
  readonly groupBy: readonly AlertGrouping[];
  /** Whether users are asked "was this you?". @default false */
  readonly asksUsers: boolean;
  /** Days that alerts are kept once they have ended, and their plain addresses. */
  readonly retentionDays: number;
  readonly addressDays: number;
}

export const DEFAULT_ALERT_WINDOW_MS = 300_000;
export const DEFAULT_ALERT_CAP = 60;
export const DEFAULT_ALERT_GROUPING: readonly AlertGrouping[] = ['prefix', 'user', 'policy'];
