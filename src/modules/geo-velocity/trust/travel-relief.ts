/**
 * Why a user's travel counts for less. `announced`: the user said so beforehand. `network`, `country`: the user passed a
 * challenge there.
 */
export type ReliefKind = 'announced' | 'network' | 'country';

export interface TravelRelief {
  readonly kind: ReliefKind;
  /** ISO 3166-1 alpha-2; `undefined` for a network. */
  readonly country: string | undefined;
  /** Milliseconds since 1970 at which it ends. */
  readonly until: number;
}
