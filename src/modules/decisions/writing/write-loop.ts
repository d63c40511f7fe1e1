import type { Clock } from '../../../common/clock/clock.js';

/** Milliseconds after a failure, doubled with each one that follows. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

export interface WriteLoopOptions {
  readonly clock: Clock;
  /** Milliseconds that what waits may wait for more; 0 begins at once. */
  readonly gatherMs: number;
  /** Begins without more waiting. */
  readonly isFull: () => boolean;
  readonly isEmpty: () => boolean;
  /** Writes some of what waits, or again what it could not write before; rejects where that failed. */
  readonly writeSome: () => Promise<void>;
}

/** Has what waits written, one batch after the other, and after a failure again with pauses. */
export class WriteLoop {
  private readonly clock: Clock;
  private readonly options: WriteLoopOptions;
  private running: Promise<void> | undefined;
  private cancelTimer: (() => void) | undefined;
  private endPause: () => void = () => undefined;
  private isClosing = false;
  private isOver = false;

  constructor(options: WriteLoopOptions) {
    this.options = options;
    this.clock = options.clock;
  }

  /** Something waits. Costs next to nothing where that is known. */
  wake(): void {
    if (this.running !== undefined || this.isOver) return;
    if (this.beginsAtOnce()) {
      this.start();
      return;
    }
    this.cancelTimer ??= this.clock.after(this.options.gatherMs, () => {
      this.start();
    });
  }

  /** Writes all that waits, without waiting for more, in the given time. */
  async close(withinMs: number): Promise<void> {
    this.isClosing = true;
    this.endPause();
    if (!this.options.isEmpty()) this.start();
    const { over, end } = this.after(withinMs);
    if (this.running !== undefined) await Promise.race([this.running, over]);
    end();
    this.isOver = true;
    this.cancelTimer?.();
    this.endPause();
  }

  private start(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (!this.options.isEmpty()) this.wake();
    });
  }

  private async run(): Promise<void> {
    for (let pauseMs = 0; ;) {
      try {
        await this.options.writeSome();
        pauseMs = 0;
      } catch {
        pauseMs = pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        await this.pause(pauseMs);
      }
      if (this.isOver || this.options.isEmpty() || (pauseMs === 0 && !this.beginsAtOnce())) return;
    }
  }

  /** Whether the next batch waits for no more. */
  private beginsAtOnce(): boolean {
    return this.isClosing || this.options.gatherMs === 0 || this.options.isFull();
  }

  private async pause(ms: number): Promise<void> {
    const { over, end } = this.after(ms);
    this.endPause = end;
    await over;
  }

  private after(ms: number): { readonly over: Promise<void>; readonly end: () => void } {
    let end: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      const cancel = this.clock.after(ms, resolve);
      end = () => {
        cancel();
        resolve();
      };
    });
    return { over, end };
  }
}
