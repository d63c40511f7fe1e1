// The parent's side of a process that writes. It tells in lines, and a line counts once all of it was read:
//   ready MS        the store is open and answers, so many milliseconds after it was asked to open
//   ok ID 0|1       acknowledged; 1: it was there before
//   down            a call failed because the store cannot be reached; it is tried again
//   odd TEXT        a call failed otherwise
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const MOST_MS = 60_000;

export class WriterProcess {
  #child;
  #closed;
  #waiting = new Set();
  #unread = '';
  #errors = '';
  #acknowledged = 0;
  failures = 0;
  openMs = undefined;
  violations = [];

  constructor(script, settings, journal) {
    // It ends when its input does, which it also does when this process is killed.
    this.#child = spawn(process.execPath, [script, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.setEncoding('utf8').on('data', (text) => this.#take(text, journal));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#errors += text));
    this.#closed = once(this.#child, 'close').then(() => this.#tell());
  }

  ready() {
    return this.#until(() => this.openMs !== undefined, 'opened the store');
  }

  /** Resolves once something was acknowledged that was not before. */
  acknowledgedMore() {
    const before = this.#acknowledged;
    return this.#until(() => this.#acknowledged > before, 'was told that a write was done');
  }

  /** Resolves once more calls failed than `before`. */
  failed(before) {
    return this.#until(() => this.failures > before, 'noticed that the store is gone');
  }

  /** Resolves when all that it wrote was read. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  /** Lets it finish what it began, and close the store. */
  async end() {
    this.#child.stdin.end();
    await this.#until(() => this.#hasEnded, 'ended when it was asked to');
    await this.#closed;
    const code = this.#child.exitCode ?? this.#child.signalCode;
    if (code !== 0) this.violations.push(`the writer ended with ${code}: ${this.#errors.slice(-2_000)}`);
  }

  get #hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #take(text, journal) {
    const lines = (this.#unread + text).split('\n');
    // What comes after the last line end is not a line yet, and never will be one when the process was killed.
    this.#unread = lines.pop();
    for (const line of lines) this.#read(line, journal);
    this.#tell();
  }

  #read(line, journal) {
    const [word, first, second] = line.split(' ');
    if (word === 'ok') {
      if (journal.acknowledge(first, second === '1')) this.#acknowledged += 1;
    } else if (word === 'down') this.failures += 1;
    else if (word === 'ready') this.openMs = Number(first);
    else this.violations.push(line);
  }

  #tell() {
    for (const look of this.#waiting) look();
  }

  async #until(isSo, what) {
    let look;
    let timer;
    const so = new Promise((resolve, reject) => {
      look = () => {
        if (isSo()) resolve();
        else if (this.#hasEnded) reject(new Error(`the writer ended before it ${what}: ${this.#said()}`));
      };
      timer = setTimeout(() => reject(new Error(`${MOST_MS / 1000} s, and the writer never ${what}`)), MOST_MS);
    });
    this.#waiting.add(look);
    look();
    try {
      await so;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  #said() {
    return [...this.violations, this.#errors].join('\n').slice(-2_000);
  }
}
