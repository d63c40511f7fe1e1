import type { Clock } from '../../../common/clock/clock.js';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';

/** A request as the provider sent it. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** Empty where none was sent. */
  readonly body: string;
}

/** What the contract hands to a vendor's factory in place of the world. */
export interface VendorSeams {
  readonly key: string;
  readonly baseUrl: string;
  /** Answers like the runtime's own: heeds the signal, and follows redirects unless told not to. */
  readonly fetch: typeof globalThis.fetch;
  /** Moves on whenever the provider waits for nothing else. */
  readonly clock: Clock;
}

/** A provider that answers from memory. */
export interface OfflineSubject {
  /** Makes a new one, not started. Called once for the list of cases, and for every case. */
  readonly create: () => IpIntelligenceProvider;
  readonly answer?: never;
  /** Global addresses to ask about. @default '8.8.8.8' and '2001:4860:4860::8888' */
  readonly addresses?: readonly [ipv4: string, ipv6: string];
  /** Real milliseconds after which a lookup counts as hanging. @default 2000 */
  readonly patienceMs?: number;
}

/** A provider that asks over the network. */
export interface VendorSubject extends Omit<OfflineSubject, 'create' | 'answer'> {
  /** Makes a new one, not started. Called once for the list of cases, and for every case. */
  readonly create: (seams: VendorSeams) => IpIntelligenceProvider;
  /**
   * The vendor's good answer: a `Response`, or a value that is sent as JSON with a 200. The more facts it states, and
   * if it repeats the address that was asked for, the more the contract can prove.
   */
  readonly answer: (request: WireRequest) => unknown;
  /** A key of a form that the provider accepts; no real one. @default a made-up one of 30 signs */
  readonly key?: string;
  /** Where it asks, for a provider that takes no base URL. @default 'https://vendor.example/contract' */
  readonly baseUrl?: string;
  /**
   * Fields of the answer that say the call went well and are no facts: they stay where all else is taken away. Fields
   * such as `success`, `status` and `code`, and those that repeat the address, always do. @default none
   */
  readonly envelope?: readonly string[];
}

/** What is to be proven, and how to make it. */
export type ContractSubject = OfflineSubject | VendorSubject;

/** One promise of the port. */
export interface ContractCase {
  /** In the present tense, as the name of a test. */
  readonly promise: string;
  /** @throws AssertionError that says what was seen, when the promise is broken. */
  readonly run: () => Promise<void>;
}

export function isVendorSubject(subject: ContractSubject): subject is VendorSubject {
  return subject.answer !== undefined;
}
