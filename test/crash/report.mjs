// What the crash run prints: a line for each crash, each violation in full, and the figures of each store.
/** Of the openings, in the middle: whoever waits until a dead process' lock has timed out takes longer each time. */
const MOST_OPEN_MS = 10_000;

const ms = (value) => `${Math.round(value)} ms`;
const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const worst = (values) => (values.length === 0 ? '-' : ms(Math.max(...values)));

export class Report {
  #startedAt = performance.now();
  #violations = 0;
  #tally;

  begin(store, what, rounds) {
    this.#tally = { store, what, rounds: 0, opens: [], openings: 0, downs: [], backs: [], failures: 0, checked: {} };
    console.log(`${store}: ${rounds} times kill -9 while ${what} are written`);
  }

  /** A kill at a moment at which the store is likely to be on its way to open. */
  opening({ afterMs, hadOpened }) {
    this.#tally.openings += 1;
    console.log(`  kill -9 ${ms(afterMs)} after the start, ${hadOpened ? 'just opened' : 'before it was open'}`);
  }

  round({ round, kill, afterMs, openMs, acknowledged, downMs, backMs, failures }) {
    const tally = this.#tally;
    tally.rounds += 1;
    this.#opened(openMs);
    const opened = openMs === undefined ? '' : `opened in ${ms(openMs)}, `;
    const outage = downMs === undefined ? '' : `; down ${ms(downMs)}, goes on ${ms(backMs)} later, ${failures} refused`;
    if (downMs !== undefined) {
      tally.downs.push(downMs);
      tally.backs.push(backMs);
      tally.failures += failures;
    }
    console.log(
      `  ${round}: ${opened}kill -9 of the ${kill} after ${ms(afterMs)}, ${acknowledged} acknowledged${outage}`,
    );
  }

  check({ openMs, stored, found, violations }) {
    this.#opened(openMs);
    this.#tally.checked = { stored, found };
    console.log(
      `  look: opened in ${ms(openMs)}, ${stored} stored, ${found} findings, ${violations.length} violations`,
    );
    for (const violation of violations) this.#violate(violation);
  }

  end(acknowledged) {
    const { store, what, rounds, firstOpenMs, opens, openings, downs, backs, failures, checked } = this.#tally;
    const outages =
      downs.length === 0
        ? ''
        : `; ${downs.length} outages, the longest ${worst(downs)}, ${failures} calls refused, writing again at most ${worst(backs)} later`;
    console.log(
      `${store}: ${rounds} ${rounds === 1 ? 'crash' : 'crashes'} and ${openings} while it opened, ${acknowledged} ${what} acknowledged, ` +
        `${checked.stored} stored, ${checked.found} findings; opened first in ${ms(firstOpenMs)}, then in ${ms(middle(opens))}, ${worst(opens)} at most${outages}`,
    );
    if (middle(opens) > MOST_OPEN_MS) this.#violate(`${store}: it takes ${ms(middle(opens))} to open again`);
  }

  skipped(store, why) {
    console.log(`${store}: left out, because ${why}.`);
  }

  failed(store, error) {
    this.#violate(
      `${store}: the run does not come to its end: ${error instanceof Error ? error.stack : String(error)}`,
    );
  }

  /** @returns true when every promise is kept. */
  summary() {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    console.log(`CRASH RUN: ${this.#violations} violations in ${seconds} s`);
    return this.#violations === 0;
  }

  /** The first time is for creating it. */
  #opened(openMs) {
    if (openMs === undefined) return;
    if (this.#tally.firstOpenMs === undefined) this.#tally.firstOpenMs = openMs;
    else this.#tally.opens.push(openMs);
  }

  #violate(sentence) {
    this.#violations += 1;
    console.log(`VIOLATION ${sentence}`);
  }
}
