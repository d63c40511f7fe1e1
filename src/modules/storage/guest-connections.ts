import type { Pool } from 'pg';
import type { Database } from './database.js';

/** Connections of a library that brings its own tables, and statements that name no schema. */
export interface GuestConnections {
  readonly pool: Pool;
  /** Ends all of them at once, whatever they are at. */
  destroy(): void;
}

/** A database in which others may keep something beside our tables. */
export interface GuestHost extends Database {
  /**
   * @param schema Names without a schema are those of this one, which need not exist yet.
   * @throws StorageError
   */
  openGuest(schema: string): Promise<GuestConnections>;
}

export const isGuestHost = (database: Database): database is GuestHost => 'openGuest' in database;
