import type { AccountAnswer } from './answer-links.js';

/** What a user is asked about. Nobody is named: a link may be opened by whoever finds it. */
export interface AskedLogin {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** An answer of a user, as it is kept. Instants are milliseconds since 1970. */
export interface AccountReport {
  readonly alertId: string;
  /** `undefined` once the user was erased. */
  readonly userId: string | undefined;
  readonly answer: AccountAnswer;
  readonly answeredAt: number;
  /** Of the login that was asked about. */
  readonly country: string | undefined;
  /** When what a "yes" taught ends; `undefined` for a "no", and where there was nothing to learn. */
  readonly trustedUntil: number | undefined;
  /** When somebody lifted the hold that a "no" began; `undefined` while it holds. */
  readonly releasedAt: number | undefined;
}

/** An account that lets nobody in. */
export interface AccountHold {
  readonly alertId: string;
  readonly since: number;
}

/** A user said that a login was somebody else's. The account is held until somebody releases it. */
export interface ReportedAccount {
  readonly userId: string;
  readonly alertId: string;
  readonly answeredAt: number;
}
