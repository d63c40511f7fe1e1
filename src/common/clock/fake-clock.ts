import type { Clock } from './clock.js';

interface Task {
  readonly dueAt: number;
  readonly run: () => void;
}

/** A clock that moves only when the test says so. No part of the library runs on it. */
export class FakeClock implements Clock {
  private readonly tasks = new Set<Task>();
  private time: number;

  /** @param start where it begins, ISO 8601 or milliseconds. @default '2026-01-01T00:00:00Z' */
  constructor(start: string | number = '2026-01-01T00:00:00Z') {
    this.time = new Date(start).getTime();
  }

  /** Tasks that wait for their time. */
  get pending(): number {
    return this.tasks.size;
  }

  now(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): () => void {
    const task = { dueAt: this.time + Math.max(0, delayMs), run };
    this.tasks.add(task);
    return () => {
      this.tasks.delete(task);
    };
  }

  /** Moves on by `ms`. Every task runs at its own time, in order, also those that a task adds on the way. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let task = this.nextDue(end); task !== undefined; task = this.nextDue(end)) {
      this.tasks.delete(task);
      this.time = Math.max(this.time, task.dueAt);
      task.run();
    }
    this.time = end;
  }

  // A Set keeps the order of addition: of two tasks due at once, the first added comes first.
  private nextDue(end: number): Task | undefined {
    let next: Task | undefined;
    for (const task of this.tasks) {
      if (task.dueAt <= end && (next === undefined || task.dueAt < next.dueAt)) next = task;
    }
    return next;
  }
}
