// What the Redis fault run prints: a line for each cell, each violation in full, and the promises with their figures.
import { DEADLINE_MS, MOST_MS } from '../faults/promises.mjs';
import { placeOf } from './cell.mjs';
import { MOST_RECOVERY_MS } from './promises.mjs';
import { MOST_SHUTDOWN_MS } from './shutdown.mjs';

const MOST_RISE_MB = 32;

export class Report {
  #startedAt = performance.now();
  #violations = 0;
  #cells = [];
  #shutdowns = [];
  #warm = new Map();
  #rises = new Map();
  #canaries;

  constructor({ requests }) {
    console.log(`${requests} requests to each route of a cell, deadline ${DEADLINE_MS} ms`);
  }

  cell(cell) {
    this.#cells.push(cell);
    const { answers, times, recovery, saidAfterMs, violations } = cell;
    console.log(
      `${placeOf(cell).padEnd(32)} ${answers.requests} requests, ${answers.verdicts} verdicts, ` +
        `slowest ${Math.round(times.slowestOwnMs)} ms (${Math.round(times.slowestMs)} with waiting for a processor, ` +
        `${Math.round(answers.slowestMs)} at the client), loop ${Math.round(times.loopDelayMs)} ms, ` +
        `${Math.round(cell.starvedMs)} ms starved; ` +
        `/health tells after ${Math.round(saidAfterMs)} ms; back after ${Math.round(recovery.sharedMs)} ms, ` +
        `in /health ${Math.round(recovery.healthMs)} ms; RSS ${Math.round(cell.memory.rssMb)} MB`,
    );
    for (const violation of violations) this.#violate(`${placeOf(cell)}: ${violation}`);
    this.#weigh(cell);
  }

  shutdown(shutdown) {
    this.#shutdowns.push(shutdown);
    const { fault, moment, ms, violations } = shutdown;
    console.log(`SIGTERM, ${fault} ${moment}: ended after ${Math.round(ms)} ms`);
    for (const violation of violations) this.#violate(`SIGTERM, ${fault} ${moment}: ${violation}`);
  }

  canaries(canaries) {
    this.#canaries = canaries;
    for (const hit of canaries.hits) this.#violate(hit);
  }

  /** @returns true when every promise is kept. */
  summary() {
    const total = (valueOf) => this.#cells.reduce((sum, cell) => sum + valueOf(cell), 0);
    const most = (items, valueOf) => Math.max(...items.map(valueOf));
    const slowest = (valueOf) => `${most(this.#cells, valueOf).toFixed(1)} ms`;
    const { hits, bytesSearched } = this.#canaries;
    const rises = [...this.#rises].map(([name, mb]) => `${name} ${mb.toFixed(1)} MB`).join(', ');
    console.log(
      [
        `${this.#cells.length} cells, ${total(({ answers }) => answers.requests)} requests in ${Math.round((performance.now() - this.#startedAt) / 1000)} s`,
        `server errors: ${total(({ answers }) => answers.serverErrors)}; without a verdict: ${total(({ answers }) => answers.unavailable)}`,
        `slowest request: ${slowest(({ times }) => times.slowestOwnMs)} in the app (at most ${MOST_MS}), ${slowest(({ times }) => times.slowestMs)} with its waiting for a processor`,
        `shared again after ${slowest(({ recovery }) => recovery.sharedMs)}, "up" in /health after ${slowest(({ recovery }) => recovery.healthMs)} (at most ${MOST_RECOVERY_MS})`,
        `vendor calls: ${total(({ sandboxRequests }) => sandboxRequests)} for ${total(({ fresh, recovery }) => fresh + recovery.addresses)} new addresses, the rest the other process' own before it shared`,
        `${this.#shutdowns.length} shutdowns, the longest ${most(this.#shutdowns, ({ ms }) => ms).toFixed(0)} ms (at most ${MOST_SHUTDOWN_MS})`,
        `RSS, most above the healthy cell: ${rises} (at most ${MOST_RISE_MB})`,
        `canaries: ${hits.length} in ${(bytesSearched / 1e6).toFixed(0)} MB of output`,
        `cells run again for a doubtful figure: ${total(({ repeats }) => repeats)}`,
        `REDIS FAULT RUN: ${this.#violations} violations`,
      ].join('\n'),
    );
    return this.#violations === 0;
  }

  /** What a process takes once, such as compiled code and pools of buffers, is no leak: the first cell is healthy. */
  #weigh({ subject, memory, fault, moment }) {
    const { name } = subject;
    if (!this.#warm.has(name)) this.#warm.set(name, memory.rssMb);
    const riseMb = memory.rssMb - this.#warm.get(name);
    this.#rises.set(name, Math.max(this.#rises.get(name) ?? 0, riseMb));
    if (riseMb > MOST_RISE_MB) {
      this.#violate(`${placeOf({ subject, fault, moment })}: RSS is ${riseMb.toFixed(1)} MB above the healthy cell`);
    }
  }

  #violate(sentence) {
    this.#violations += 1;
    console.log(`VIOLATION ${sentence}`);
  }
}
