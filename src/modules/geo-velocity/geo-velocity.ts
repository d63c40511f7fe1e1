import type { IpAddress } from '../../common/ip/ip-address.js';
import type { LoginPlace, TravelPoint } from './travel/travel-point.js';
import type { TravelFinding, TravelVerdict } from './travel/travel-verdict.js';
import type { TravelRelief } from './trust/travel-relief.js';

/** A login as somebody reports it. */
export interface LoginEvent {
  /** Any text but a placeholder such as `anonymous`, 1–256 characters. */
  readonly userId: string;
  readonly address: IpAddress;
  readonly place: LoginPlace;
  /** Milliseconds since 1970. @default now */
  readonly ts?: number | undefined;
  /** The same login reported again has the same id, 1–128 characters. @default made of user, address and `ts`; random without `ts` */
  readonly eventId?: string | undefined;
}

/** What is known of a user's travel at one login. */
export interface TravelReport {
  readonly verdict: TravelVerdict;
  /** The strongest reason why it counts for less, where there is one. */
  readonly relief: TravelRelief | undefined;
  /** The user's account is held: the user said of an earlier login "this was not me", and nobody has released it since. */
  readonly isHeld: boolean;
}

export interface LoginReport extends TravelReport {
  readonly login: TravelPoint;
  /** The event was recorded before; nothing was changed, and the report is about the one recorded then. */
  readonly isDuplicate: boolean;
  /** Findings that this login made, in the user's history as it is now. */
  readonly found: readonly TravelFinding[];
  /** Findings that it undid: an earlier login arrived late. */
  readonly withdrawn: readonly TravelFinding[];
  /**
   * The database remembers that this login was recorded elsewhere than its neighbours, until somebody who looked at
   * `found` says that it is settled. Only where logins are watched, and never for one that was recorded before.
   */
  readonly isOwed: boolean;
  /** @default unknown; always there where {@link LoginReport.isOwed} */
  readonly client?: LoginClient | undefined;
}

/** Who logged in, for whoever tells somebody about it. */
export interface LoginClient {
  /** Canonical text, where plain addresses of that age are kept. */
  readonly ip: string | undefined;
  /** The lasting pseudonym of the network, by which it is trusted. */
  readonly network: string | undefined;
}
