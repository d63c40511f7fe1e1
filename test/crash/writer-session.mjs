// The writers of one store, one after the other, with the journal of what they were told.
import { setTimeout as wait } from 'node:timers/promises';
import { Journal } from './journal.mjs';
import { WriterProcess } from './writer-process.mjs';

/** Logins that a writer has on their way at once. */
const LANES = 8;

export class WriterSession {
  #store;
  #load;
  #base = Date.now();
  #writer;
  #batch = -1;
  /** What the writers said that they should not have to say. */
  #odd = [];
  journal = new Journal();

  constructor(store, load) {
    this.#store = store;
    this.#load = load;
  }

  get writer() {
    return this.#writer;
  }

  /** Has a writer with the store open. @returns the milliseconds that took; `undefined` where there is one already. */
  async open() {
    if (this.#writer !== undefined) return undefined;
    this.#writer = this.#start();
    await this.#writer.ready();
    return this.#writer.openMs;
  }

  async killWriter() {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer.kill();
    this.#odd.push(...writer.violations);
    this.journal.doubtRest(this.#batch, LANES);
  }

  /** Whether it had opened the store by then is the machine's to say; the next one must open it in any case. */
  async killWhileOpening(afterMs) {
    await this.#end();
    this.#writer = this.#start();
    await wait(afterMs);
    const { openMs } = this.#writer;
    await this.killWriter();
    return { afterMs, hadOpened: openMs !== undefined };
  }

  /** Nobody writes meanwhile. */
  async check() {
    await this.#end();
    const { violations, ...figures } = await this.#load.check(this.#store.database, this.journal, this.#base);
    return { ...figures, violations: [...this.#odd.splice(0), ...violations] };
  }

  async stop() {
    await this.#writer?.kill();
  }

  async #end() {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.end();
    if (writer !== undefined) this.#odd.push(...writer.violations);
  }

  #start() {
    this.#batch += 1;
    const settings = {
      database: this.#store.database,
      base: this.#base,
      batch: this.#batch,
      lanes: LANES,
      again: this.#again(),
    };
    return new WriterProcess(this.#load.script, settings, this.journal);
  }

  /** What nobody was told of, and some of what somebody was told of: that must be known as a duplicate. */
  #again() {
    return [...this.journal.unsure, ...[...this.journal.acknowledged].slice(-LANES)];
  }
}
