import type { MaybePromise } from '../../common/async/maybe-promise.js';

/** Callers that ask for the same key at the same time share one piece of work. */
export class SingleFlight<V> {
  private readonly flights = new Map<string, Promise<V>>();

  run(key: string, work: () => MaybePromise<V>): MaybePromise<V> {
    const flight = this.flights.get(key);
    if (flight !== undefined) return flight;
    const result = work();
    if (!(result instanceof Promise)) return result;
    const shared = result.finally(() => this.flights.delete(key));
    this.flights.set(key, shared);
    return shared;
  }
}
