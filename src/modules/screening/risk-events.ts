import type { IpRiskPolicy } from '../policy/ip-risk-policy.js';
import type { RiskDecision } from '../policy/risk-decision.js';

/** A decision was made, on a guarded route or over REST. */
export interface DecisionEvent {
  readonly decision: RiskDecision;
  /** `LoginController.login`, or the REST route. Never holds an address or a user. */
  readonly route: string;
  /** The policy that was decided under, as it was then. */
  readonly policy: IpRiskPolicy;
  /** What the caller stated, as it was stated. */
  readonly claimedCountry: string | undefined;
  /** Milliseconds from the question to the decision, whole ones; 0 where everything was at hand. */
  readonly latencyMs: number;
}

/** Nobody waits for it. A throw, and a promise that rejects, are reported and stop nothing. */
export type DecisionListener = (event: DecisionEvent) => unknown;

/** Tells listeners about decisions, after the decision and never in its way. */
export class RiskEvents {
  /** Replaced and never changed, so that a listener may come or go while others are told. */
  private listeners: readonly DecisionListener[] = [];

  constructor(private readonly onListenerError: (error: unknown) => void = () => undefined) {}

  /** @returns a function that ends the subscription. */
  subscribe(listener: DecisionListener): () => void {
    if (!this.listeners.includes(listener)) this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((each) => each !== listener);
    };
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
