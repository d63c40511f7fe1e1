import type { MaybePromise } from '../../common/async/maybe-promise.js';

/** What the work is told of those who wait for it. */
export interface Flight {
  /** True once nobody who asks any more is to be given its result. */
  isAbandoned: boolean;
}

interface UnderWay<V> {
  readonly flight: Flight;
  readonly result: Promise<V>;
}

/** Callers that ask for the same key at the same time share one piece of work. */
export class SingleFlight<V> {
  private readonly flights = new Map<string, UnderWay<V>>();

  run(key: string, work: (flight: Flight) => MaybePromise<V>): MaybePromise<V> {
    const known = this.flights.get(key);
    if (known !== undefined) return known.result;
    const flight: Flight = { isAbandoned: false };
    const result = work(flight);
    if (!(result instanceof Promise)) return result;
    const underWay = {
      flight,
      result: result.finally(() => {
        if (this.flights.get(key) === underWay) this.flights.delete(key);
      }),
    };
    this.flights.set(key, underWay);
    return underWay.result;
  }

  /** Those who wait still get the result; whoever asks from now on has it made anew. */
  abandon(key: string): void {
    const known = this.flights.get(key);
    if (known === undefined) return;
    known.flight.isAbandoned = true;
    this.flights.delete(key);
  }
}
