import type { LoginReport } from '../geo-velocity.js';

/** Nobody waits for it; what it throws stops nothing. */
export type LoginListener = (userId: string, report: LoginReport) => void;

/** Tells listeners of logins that were recorded without a decision, or after it. */
export class RecordedLogins {
  private listeners: readonly LoginListener[] = [];

  /** @returns a function that ends the subscription. */
  subscribe(listener: LoginListener): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((each) => each !== listener);
    };
  }

  readonly tell: LoginListener = (userId, report) => {
    for (const listener of this.listeners) {
      try {
        listener(userId, report);
      } catch {
        // The login is recorded, and whoever it owes something finds its mark.
      }
    }
  };
}
