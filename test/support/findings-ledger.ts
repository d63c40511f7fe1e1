import type { TravelFinding } from '../../src/modules/geo-velocity/travel/travel-verdict.js';

type Trip = Pick<TravelFinding, 'from' | 'to'>;

const nameOf = ({ from, to }: Trip): string => `${from.eventId} > ${to.eventId}`;

/** Trips by the ids of their logins, in no order. */
export const tripsOf = (findings: readonly Trip[]): string[] => findings.map(nameOf).sort();

/** Adds what reports found and takes away what they withdrew. In whatever order they come, a trip counts once or not at all. */
export class FindingsLedger {
  private readonly counts = new Map<string, number>();

  add({ found, withdrawn }: { readonly found: readonly Trip[]; readonly withdrawn: readonly Trip[] }): void {
    for (const trip of found) this.count(nameOf(trip), 1);
    for (const trip of withdrawn) this.count(nameOf(trip), -1);
  }

  /** Fails for a trip that was found twice, or withdrawn and never found. */
  trips(): string[] {
    const odd = [...this.counts].filter(([, count]) => count !== 0 && count !== 1);
    if (odd.length > 0) throw new Error(`Found and withdrawn do not match: ${JSON.stringify(odd)}`);
    return [...this.counts]
      .filter(([, count]) => count === 1)
      .map(([name]) => name)
      .sort();
  }

  private count(name: string, by: number): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }
}
