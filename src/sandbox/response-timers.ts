import type { ServerResponse } from 'node:http';

/** Timers that end with the response they are for, and never keep the process alive. */
export class ResponseTimers {
  private readonly running = new Set<NodeJS.Timeout>();

  /** Runs `step` every `ms` until it answers true. */
  repeat(response: ServerResponse, ms: number, step: () => boolean): void {
    const timer = setInterval(() => {
      if (step()) this.stop(timer);
    }, ms);
    timer.unref();
    this.running.add(timer);
    response.once('close', () => {
      this.stop(timer);
    });
  }

  stopAll(): void {
    for (const timer of this.running) this.stop(timer);
  }

  private stop(timer: NodeJS.Timeout): void {
    clearInterval(timer);
    this.running.delete(timer);
  }
}
