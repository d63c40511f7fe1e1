// A process of the fault run and of the scale run: asked over IPC, with everything it writes in a file.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

let lastChild = 0;

export class Child {
  #asked = new Map();
  #lastId = 0;
  #process;
  #outputFile;
  #read = 0;

  /**
   * A file and not a pipe: a full pipe would hold the child up until the harness has time to read.
   *
   * @param script beside this file, or anywhere by its whole path.
   */
  constructor(script, directory, args = [], execArgv = [], environment = {}) {
    lastChild += 1;
    this.#outputFile = openSync(join(directory, `${basename(script)}.${lastChild}.log`), 'w+');
    this.#process = fork(resolve(import.meta.dirname, script), args, {
      execArgv,
      stdio: ['ignore', this.#outputFile, this.#outputFile, 'ipc'],
      env: { PATH: process.env.PATH, NO_COLOR: '1', ...environment },
    });
    this.#process.on('message', ({ id, answer, error }) => {
      const { resolve, reject } = this.#asked.get(id);
      this.#asked.delete(id);
      if (error === undefined) resolve(answer);
      else reject(new Error(`${script}: ${error}`));
    });
    this.#process.on('exit', (code, signal) => {
      const end = new Error(`${script} ended with ${code ?? signal}:\n${this.#textFrom(0).toString().slice(-2000)}`);
      for (const { reject } of this.#asked.values()) reject(end);
      this.#asked.clear();
    });
  }

  ask(command, details = {}) {
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#process.send({ id, command, ...details }, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  /** What it wrote since the last time, with `overlap` bytes of what was read before. */
  newOutput(overlap) {
    const output = this.#textFrom(Math.max(0, this.#read - overlap));
    this.#read = fstatSync(this.#outputFile).size;
    return output;
  }

  get hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** What it wrote can still be read. @returns its exit code, or the signal that ended it. */
  async end(signal = 'SIGTERM') {
    if (!this.hasEnded) {
      const ended = once(this.#process, 'exit');
      this.#process.kill(signal);
      await ended;
    }
    return this.#process.exitCode ?? this.#process.signalCode;
  }

  async stop() {
    await this.end();
    closeSync(this.#outputFile);
  }

  #textFrom(position) {
    const bytes = Buffer.alloc(fstatSync(this.#outputFile).size - position);
    readSync(this.#outputFile, bytes, 0, bytes.length, position);
    return bytes;
  }
}

/** The child's side: answers commands by name. */
export function answerCommands(commands) {
  process.on('message', async ({ id, command, ...details }) => {
    try {
      process.send({ id, answer: await commands[command](details) });
    } catch (error) {
      process.send({ id, error: error instanceof Error ? error.stack : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
}
