import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../common/clock/clock.js';
import type { Backend, BackendSocket } from './backend-socket.js';
import { TurnQueue } from './turn-queue.js';

const WORKER_FILE = join(import.meta.dirname, 'pglite.worker.mjs');
/** Milliseconds that a statement may take. Postgres cannot look at a clock in there, so its thread is ended. */
const MOST_TURN_MS = 60_000;

/** Postgres in a worker thread. It starts with the first connection, and again with the next one after a crash. */
export class EmbeddedBackend implements Backend {
  readonly #prepare: () => Promise<string>;
  readonly #clock: Clock;
  #running: Promise<Worker> | undefined;
  #worker: Worker | undefined;
  #cancelDeadline: (() => void) | undefined;
  readonly #queue = new TurnQueue((bytes) => {
    this.#send(bytes);
  });

  /** @param prepare gives the directory of the files, which is then locked and nobody else's. */
  constructor(prepare: () => Promise<string>, clock: Clock) {
    this.#prepare = prepare;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    this.#running ??= this.#run().catch((error: unknown) => {
      this.#running = undefined;
      throw error;
    });
    await this.#running;
  }

  enter(socket: BackendSocket): void {
    if (socket.schema !== undefined) this.#queue.listen(socket);
  }

  take(socket: BackendSocket, turn: Uint8Array): void {
    // Its worker is gone, and it has not heard of it yet.
    if (this.#worker === undefined) socket.destroy(crash());
    else this.#queue.add(socket, turn);
  }

  leave(socket: BackendSocket): void {
    this.#queue.leave(socket);
  }

  /** Ends the thread with everything written. */
  async close(): Promise<void> {
    const worker = await this.#running?.catch(() => undefined);
    if (worker === undefined || worker !== this.#worker) return;
    // It would not hear of it before the statement ends that it is at.
    if (!this.#queue.isIdle) return this.stop();
    worker.ref();
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await ended;
  }

  /** Ends the thread as it is. What was acknowledged is in the files. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #run(): Promise<Worker> {
    const dataDirectory = await this.#prepare();
    const worker = new Worker(WORKER_FILE, {
      workerData: { dataDirectory },
      name: 'ip-risk postgres',
      // Of the options of this process, a loader or an inspector is nothing for a thread that runs one plain file.
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => {
        resolve();
      });
      worker.once('error', () => {
        reject(crash());
      });
      worker.once('exit', () => {
        reject(crash());
      });
    });
    worker.on('message', (answer: Uint8Array) => {
      this.#answer(worker, answer);
    });
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      this.#ended(worker);
    });
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #send(bytes: Uint8Array): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    // While somebody waits for an answer the process stays alive, as it does for a socket.
    worker.ref();
    this.#cancelDeadline = this.#clock.after(MOST_TURN_MS, () => void worker.terminate());
    worker.postMessage(bytes);
  }

  #answer(worker: Worker, bytes: Uint8Array): void {
    this.#cancelDeadline?.();
    this.#queue.answer(bytes);
    if (this.#queue.isIdle) worker.unref();
  }

  #ended(worker: Worker): void {
    if (worker !== this.#worker) return;
    this.#cancelDeadline?.();
    this.#worker = undefined;
    this.#running = undefined;
    for (const socket of this.#queue.clear()) socket.destroy(crash());
  }
}

const crash = (): Error => Object.assign(new Error('The embedded database ended.'), { code: 'ECONNRESET' });
