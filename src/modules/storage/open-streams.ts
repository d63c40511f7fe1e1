import type { Duplex } from 'node:stream';
import type { Pool } from 'pg';
import type { GuestConnections } from './guest-connections.js';

/** What a pool's connections go through, so that they can be cut: a pool waits for whoever has one. */
export class OpenStreams {
  readonly #streams = new Set<Duplex>();

  /** @param create makes a stream that is not connected yet */
  constructor(private readonly create: () => Duplex) {}

  readonly open = (): Duplex => {
    const stream = this.create();
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    return stream;
  };

  destroy(): void {
    for (const stream of this.#streams) stream.destroy(new Error('The connections were ended.'));
  }
}

export function guestConnections(pool: Pool, streams: OpenStreams): GuestConnections {
  return {
    pool,
    destroy: () => {
      if (!pool.ended && !pool.ending) void pool.end().catch(() => undefined);
      streams.destroy();
    },
  };
}
