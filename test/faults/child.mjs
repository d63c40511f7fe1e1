// A process of the fault run: asked over IPC, with everything it writes in a file.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

export class Child {
  #asked = new Map();
  #lastId = 0;
  #process;
  #outputFile;
  #read = 0;

  /** A file and not a pipe: a full pipe would hold the child up until the harness has time to read. */
  constructor(script, directory, args = [], execArgv = []) {
    this.#outputFile = openSync(join(directory, `${script}.log`), 'w+');
    this.#process = fork(join(import.meta.dirname, script), args, {
      execArgv,
      stdio: ['ignore', this.#outputFile, this.#outputFile, 'ipc'],
      env: { PATH: process.env.PATH, NO_COLOR: '1' },
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

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill();
      await ended;
    }
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
