import type { Pool } from 'pg';
import type { GuestConnections } from './guest-connections.js';

/** Where the connections come from: a server, or the Postgres in this process. Both speak through the same client. */
export interface PoolSource {
  readonly kind: 'postgres' | 'embedded';
  /** What to look at when it cannot be reached; stands in messages. */
  readonly whatToCheck: string;
  /** What is opened is made for the first time, and is empty. @default false */
  readonly isBeingMade?: boolean;
  /** @throws StorageError | InvalidConfigurationError */
  open(): Promise<Pool>;
  /** Further connections, for names of another schema. Whoever asks for them ends them before {@link close}. */
  openGuest(schema: string): Promise<GuestConnections>;
  /** Ends all connections of the pool, whatever they are at: it waits for whoever has one. */
  cut(): void;
  /** Ends what {@link open} began. The pool has ended before. */
  close(): Promise<void>;
  /** Ends an opening that is under way and would take long: it fails. Nothing is opened after it. */
  interrupt(): void;
}
