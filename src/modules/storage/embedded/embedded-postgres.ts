import type { Duplex } from 'node:stream';
import type { Pool } from 'pg';
import type { Clock } from '../../../common/clock/clock.js';
import type { GuestConnections } from '../guest-connections.js';
import { guestConnections, OpenStreams } from '../open-streams.js';
import type { PoolSource } from '../pool-source.js';
import { endureLostConnections } from '../postgres/postgres-server.js';
import { BackendSocket } from './backend-socket.js';
import { clusterIn, isClusterIn, prepareDirectory } from './data-directory.js';
import { DirectoryLock } from './directory-lock.js';
import { EmbeddedBackend } from './embedded-backend.js';

const MOST_CONNECTIONS = 10;
const MOST_GUEST_CONNECTIONS = 4;
/** Milliseconds that one may wait for a free client; Postgres itself has started by then. */
const CONNECT_MS = 5000;
/** Milliseconds, waiting for the others included: there is one connection behind all of them. */
const ANSWER_MS = 12_000;

/** The Postgres in this process. Its clients share one connection and have it in turns. */
export class EmbeddedPostgres implements PoolSource {
  readonly kind = 'embedded';
  readonly whatToCheck = 'the directory of IP_RISK_DATA_DIR';
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #backend: EmbeddedBackend;
  readonly #stopped = new AbortController();
  readonly #streams: OpenStreams;
  #lock: DirectoryLock | undefined;
  isBeingMade = false;

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
    this.#backend = new EmbeddedBackend(() => this.#locked(), clock);
    this.#streams = new OpenStreams(() => new BackendSocket(this.#backend));
  }

  async open(): Promise<Pool> {
    try {
      await this.#backend.start();
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.isBeingMade = false;
    }
    return this.#pool(MOST_CONNECTIONS, this.#streams.open);
  }

  async openGuest(schema: string): Promise<GuestConnections> {
    const streams = new OpenStreams(() => new BackendSocket(this.#backend, schema));
    return guestConnections(await this.#pool(MOST_GUEST_CONNECTIONS, streams.open), streams);
  }

  cut(): void {
    this.#streams.destroy();
  }

  interrupt(): void {
    this.#stopped.abort();
  }

  async close(): Promise<void> {
    await this.#backend.close();
    this.#lock?.release();
    this.#lock = undefined;
  }

  async #pool(max: number, stream: () => Duplex): Promise<Pool> {
    const { Pool } = await import('pg');
    const pool = new Pool({
      stream,
      // Nobody asks for them, but without them the client looks for some in the environment.
      user: 'postgres',
      database: 'postgres',
      password: '',
      host: 'embedded',
      ssl: false,
      max,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      allowExitOnIdle: true,
    });
    endureLostConnections(pool);
    return pool;
  }

  async #locked(): Promise<string> {
    await prepareDirectory(this.#directory);
    this.#lock ??= await DirectoryLock.take(this.#directory, this.#clock, () => {
      this.#lock = undefined;
      void this.#backend.stop();
    });
    this.isBeingMade = !isClusterIn(this.#directory);
    return clusterIn(this.#directory, this.#stopped.signal);
  }
}
