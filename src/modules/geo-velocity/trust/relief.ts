import type { TravelPoint } from '../travel/travel-point.js';
import type { TravelFinding } from '../travel/travel-verdict.js';
import type { ReliefKind, TravelRelief } from './travel-relief.js';

/** One reason to trust, for some time; or, of kind `held`, to let nobody in. */
export interface TrustEntry {
  readonly kind: ReliefKind | 'held';
  readonly country: string | undefined;
  /** The lasting name of the network. */
  readonly network: string | undefined;
  /** Milliseconds since 1970, as `until`; `since` is within and `until` is not. */
  readonly since: number;
  readonly until: number;
}

export interface RelievedPlace {
  readonly country: string | undefined;
  readonly network: string | undefined;
  /** Milliseconds since 1970. */
  readonly ts: number;
}

interface Relief extends TrustEntry {
  readonly kind: ReliefKind;
}

const STRONGEST_FIRST: readonly ReliefKind[] = ['announced', 'network', 'country'];

/** The strongest reason that counts at the place and time; of two of a kind, the one that lasts longer. */
export function strongestRelief(trust: readonly TrustEntry[], place: RelievedPlace): TravelRelief | undefined {
  const [strongest] = trust
    .filter(isRelief)
    .filter((entry) => isInForce(entry, place.ts) && isAbout(entry, place))
    .sort((a, b) => STRONGEST_FIRST.indexOf(a.kind) - STRONGEST_FIRST.indexOf(b.kind) || b.until - a.until);
  return strongest && { kind: strongest.kind, country: strongest.country, until: strongest.until };
}

/**
 * Whether the account is held. What holds it is there or is not: when it began is the time of another process's clock.
 *
 * @param ts milliseconds since 1970
 */
export function isHeldAt(trust: readonly TrustEntry[], ts: number): boolean {
  return trust.some(({ kind, until }) => kind === 'held' && ts < until);
}

/**
 * Leaves out the trips to where the user said to be then. The way home is not among them: else whoever steals the
 * account of a travelling user could log in from anywhere. Somebody who flies home may announce that too.
 */
export function withoutAnnounced(findings: readonly TravelFinding[], trust: readonly TrustEntry[]): TravelFinding[] {
  return findings.filter(({ to }) => !isAnnounced(trust, to));
}

function isAnnounced(trust: readonly TrustEntry[], { country, ts }: TravelPoint): boolean {
  return trust.some((entry) => entry.kind === 'announced' && isInForce(entry, ts) && isAbout(entry, { country }));
}

function isRelief(entry: TrustEntry): entry is Relief {
  return entry.kind !== 'held';
}

function isInForce({ since, until }: TrustEntry, ts: number): boolean {
  return since <= ts && ts < until;
}

function isAbout(
  entry: TrustEntry,
  { country, network }: { readonly country: string | undefined; readonly network?: string | undefined },
): boolean {
  if (entry.kind === 'network') return network !== undefined && entry.network === network;
  return country !== undefined && entry.country === country;
}
