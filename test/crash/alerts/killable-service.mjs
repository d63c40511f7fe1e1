// The service as it is shipped, on a port that stays the same, so that its clients find it again after kill -9.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');
const MOST_START_MS = 60_000;
const POLL_MS = 20;

export class KillableService {
  #settings;
  #directory;
  #process;
  #starts = 0;

  constructor(directory, port, settings) {
    this.#directory = directory;
    this.port = port;
    this.#settings = settings;
  }

  /** Resolves when it listens; its data stays from start to start. @returns the milliseconds that took. */
  async start() {
    const began = performance.now();
    this.#starts += 1;
    const log = openSync(this.#logFile, 'w');
    this.#process = spawn(process.execPath, [MAIN], {
      cwd: this.#directory,
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        NO_COLOR: '1',
        PORT: String(this.port),
        HOST: '127.0.0.1',
        IP_RISK_FEEDS: 'none',
        IP_RISK_DATA_DIR: this.#directory,
        IP_RISK_THROTTLE_LIMIT: '0',
        ...this.#settings,
      },
    });
    closeSync(log);
    while (!(await this.#isLive())) {
      if (this.#hasEnded || performance.now() - began > MOST_START_MS) {
        throw new Error(`The service did not start:\n${this.log.slice(-2000)}`);
      }
      await wait(POLL_MS);
    }
    return performance.now() - began;
  }

  get log() {
    return readFileSync(this.#logFile, 'utf8');
  }

  async kill() {
    if (this.#process === undefined || this.#hasEnded) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** Asks it to end, and kills it where it does not. @returns its exit code, or the signal. */
  async end(signal, mostMs) {
    const ended = once(this.#process, 'exit');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), mostMs);
    this.#process.kill(signal);
    const [code, killedBy] = await ended;
    clearTimeout(timer);
    return code ?? killedBy;
  }

  get #logFile() {
    return join(this.#directory, `log-${this.#starts}`);
  }

  get #hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async #isLive() {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/health/live`)).ok;
    } catch {
      return false;
    }
  }
}
