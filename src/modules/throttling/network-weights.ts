import { LRUCache } from 'lru-cache';
import type { Clock } from '../../common/clock/clock.js';

const MOST_NETWORKS = 20_000;

interface KnownWeight {
  readonly weight: number;
  readonly knownAt: number;
}

/** What requests of some networks cost, for a while. Bounded: the one not asked about for longest is forgotten first. */
export class NetworkWeights {
  private readonly known = new LRUCache<string, KnownWeight>({ max: MOST_NETWORKS });

  /** @param keptMs milliseconds after which a weight is forgotten. */
  constructor(
    private readonly clock: Clock,
    private readonly keptMs: number,
  ) {}

  set(network: string, weight: number): void {
    this.known.set(network, { weight, knownAt: this.clock.now() });
  }

  /** 1 for a network that nothing is known of. */
  of(network: string): number {
    const found = this.known.get(network);
    if (found === undefined) return 1;
    const age = this.clock.now() - found.knownAt;
    // One from the future is there because the clock was set back; it would outlive its time by as much.
    return age >= 0 && age < this.keptMs ? found.weight : 1;
  }
}
