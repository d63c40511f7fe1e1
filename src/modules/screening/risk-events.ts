import type { RiskDecision } from '../policy/risk-decision.js';

/** A decision was made, on a guarded route or over REST. */
export interface DecisionEvent {
  readonly decision: RiskDecision;
  /** `LoginController.login`, or the REST route. Never holds an address or a user. */
  readonly route: string;
}

export type DecisionListener = (event: DecisionEvent) => void;

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
        listener(event);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}
