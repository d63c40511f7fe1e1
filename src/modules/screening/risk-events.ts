import type { RiskDecision } from '../policy/risk-decision.js';

/** A decision was made, on a guarded route or over REST. */
export interface DecisionEvent {
  readonly decision: RiskDecision;
  /** `LoginController.login`, or the REST route. Never holds an address or a user. */
  readonly route: string;
}

/** Nobody waits for it. A throw, and a promise that rejects, are reported and stop nothing. */
export type DecisionListener = (event: DecisionEvent) => unknown;

/** Tells listeners about decisions, after the decision and never in its way. */
export class RiskEvents {
  private readonly listeners = new Set<DecisionListener>();

  constructor(private readonly onListenerError: (error: unknown) => void = () => undefined) {}

  /** @returns a function that ends the subscription. */
  subscribe(listener: DecisionListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  publish(event: DecisionEvent): void {
    for (const listener of this.listeners) {
      try {
        const outcome = listener(event);
        if (isThenable(outcome)) outcome.then(undefined, this.onListenerError);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
