// What the scale run prints: the figures of each part, and whether its promises are kept.
import { availableParallelism, loadavg } from 'node:os';

export class Report {
  #failures = 0;
  /** Of the part that runs: for each promise that is broken, whether it needs time. */
  #broken = [];
  #startedAt = performance.now();
  #part;
  #partStartedAt;

  part(name, what) {
    this.#part = name;
    this.#partStartedAt = performance.now();
    console.log(`${name}: ${what}`);
  }

  figure(sentence) {
    console.log(`  ${sentence}`);
  }

  /**
   * @param figure what was counted.
   * @param needsTime true for what a machine with too much else to do can break: a process that does not run for seconds
   * has lost Redis by then, and goes on without it as it should.
   */
  promise(sentence, isKept, figure, needsTime = false) {
    if (!isKept) this.#broken.push(needsTime);
    console.log(`  ${isKept ? 'PASS' : 'FAIL'} ${this.#part}: ${sentence} (${figure})`);
  }

  /** @returns true when the part is to run once more; what it broke does not count then. */
  partEnded(mayRepeat) {
    const load = loadavg()[0].toFixed(1);
    console.log(
      `  ${this.#part} took ${seconds(this.#partStartedAt)} s, load ${load} on ${availableParallelism()} processors`,
    );
    const isDoubtful = this.#broken.length > 0 && this.#broken.every((needsTime) => needsTime);
    const isAgain = mayRepeat && isDoubtful;
    if (isAgain) console.log(`  ${this.#part} once more: the machine may have been too busy`);
    else this.#failures += this.#broken.length;
    this.#broken = [];
    return isAgain;
  }

  failed(error) {
    this.promise('the part comes to its end', false, error instanceof Error ? error.stack : String(error));
  }

  /** @returns true when every promise is kept. */
  summary() {
    console.log(`SCALE RUN: ${this.#failures} failures in ${seconds(this.#startedAt)} s`);
    return this.#failures === 0;
  }
}

function seconds(since) {
  return Math.round((performance.now() - since) / 1000);
}

/** Text with the count of each value: `200 x 9990, 503 x 10`. */
export function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${value} x ${count}`).join(', ');
}

/** The value that so large a share of the numbers does not exceed. */
export function quantile(numbers, share) {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function latencies(numbers) {
  const at = (share) => quantile(numbers, share).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`;
}
