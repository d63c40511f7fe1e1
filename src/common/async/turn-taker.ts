import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of a turn in which nobody else had anything to do. */
const IDLE_TURN_MS = 0.1;
/** Turns that are waited out at most, so that long work ends also on a busy process. */
const MOST_TURNS = 8;

/**
 * Keeps long work from holding up the requests of the same process: between two pieces the others have at least twice
 * the time that the piece took, as long as they have something to do.
 */
export class TurnTaker {
  private startedAt: number;

  /** @param now milliseconds of the processor's time; not the injected clock, for it changes no answer. */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly othersTurn: () => Promise<unknown> = () => nextTurn(),
  ) {
    this.startedAt = now();
  }

  /** Call it after each piece of work. */
  async giveWay(): Promise<void> {
    const owedMs = 2 * (this.now() - this.startedAt);
    let givenMs = 0;
    for (let turn = 0; turn < MOST_TURNS && givenMs < owedMs; turn += 1) {
      const begunAt = this.now();
      await this.othersTurn();
      const turnMs = this.now() - begunAt;
      if (turnMs < IDLE_TURN_MS) break;
      givenMs += turnMs;
    }
    this.startedAt = this.now();
  }
}
