// How long a process had to wait for a processor: what a busy machine costs is not the app's doing.

const TICK_MS = 5;
/** Between two ticks an idle process rests that long, and a timer may be a little late. */
const REST_MS = TICK_MS + 3;

/** Milliseconds that passed while the process was due and neither ran nor rested. A loop blocked by its own work runs. */
export class Starvation {
  #at = performance.now();
  #cpuMs = cpuMs();
  #starvedMs = 0;

  constructor() {
    setInterval(() => this.totalMs, TICK_MS).unref();
  }

  get totalMs() {
    const [at, cpu] = [performance.now(), cpuMs()];
    this.#starvedMs += Math.max(0, at - this.#at - (cpu - this.#cpuMs) - REST_MS);
    this.#at = at;
    this.#cpuMs = cpu;
    return this.#starvedMs;
  }
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
