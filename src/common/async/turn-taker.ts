import { setImmediate, setTimeout } from 'node:timers/promises';

/** Milliseconds for which a request that was seen makes the process a busy one. */
const BUSY_MS = 50;
/** Milliseconds between two pieces of work in a busy process. */
const REST_MS = 1;

/** What a {@link TurnTaker} goes by. Not the injected clock: this is about the processor's time, and changes no answer. */
export interface TurnTiming {
  readonly now: () => number;
  readonly nextTurn: () => Promise<unknown>;
  readonly rest: (ms: number) => Promise<unknown>;
}

const REAL_TIMING: TurnTiming = {
  now: () => performance.now(),
  nextTurn: () => setImmediate(),
  rest: (ms) => setTimeout(ms),
};

/**
 * Keeps long work from holding up the requests of the same process. Alone it goes on at the next turn of the event loop;
 * while requests come in it rests between two pieces, because a process that never sleeps is one that the system's
 * scheduler sets aside for milliseconds, requests and all.
 */
export class TurnTaker {
  private seen: number;
  private busyUntil = -Infinity;

  /** @param requestsSeen a count that grows with every request. */
  constructor(
    private readonly requestsSeen: () => number,
    private readonly timing: TurnTiming = REAL_TIMING,
  ) {
    this.seen = requestsSeen();
  }

  /** Call it after each piece of work. */
  async giveWay(): Promise<void> {
    const { now, nextTurn, rest } = this.timing;
    const seen = this.requestsSeen();
    if (seen !== this.seen) this.busyUntil = now() + BUSY_MS;
    this.seen = seen;
    await (now() < this.busyUntil ? rest(REST_MS) : nextTurn());
  }
}
