import type { QueuedAlert } from '../../alerting/outbox/alert-deliveries.js';

/** How many alerts the queue holds, by what they wait for. */
export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  /** For the time of their next try. */
  readonly delayed: number;
}

/**
 * Tries to deliver an alert.
 *
 * @param signal is aborted when there is no time left for it.
 * @returns milliseconds until the next try, `undefined` where it ended
 */
export type ProcessAlert = (alertId: string, signal: AbortSignal) => Promise<number | undefined>;

/** Carries alerts from who takes them out of the database to who delivers them. What it loses is still in the database. */
export interface AlertQueue {
  /** False while {@link add} would be refused: its server is away, or nothing was started yet. */
  readonly isReachable: boolean;
  /** An alert that is in the queue stays as it is there. Rejects after 2 s at the latest, and may have added them all the same. */
  add(alerts: readonly QueuedAlert[]): Promise<void>;
  /** Rejects after 2 s at the latest. */
  depth(): Promise<QueueDepth>;
  /** Has alerts processed from now on. Called once. */
  start(process: ProcessAlert): void;
  /** Takes no more alerts, gives those under way so many milliseconds, and leaves them then. */
  close(withinMs: number): Promise<void>;
}

/** The queue does not take alerts now. Its sentence holds no address. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}
