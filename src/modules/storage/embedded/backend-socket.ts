import { Duplex } from 'node:stream';
import { FAREWELL, WELCOME, WireTurns } from './wire-turns.js';

/** Who answers the turns of a {@link BackendSocket}. */
export interface Backend {
  /** Resolves once statements can be answered. */
  start(): Promise<void>;
  /** The socket is there, and is told of notifications from now on where it has a schema of its own. */
  enter(socket: BackendSocket): void;
  /** Answers through `socket.answer`, or ends the socket. */
  take(socket: BackendSocket, turn: Uint8Array): void;
  /** The socket is no more: what it left open is undone. */
  leave(socket: BackendSocket): void;
}

type Done = (error?: Error | null) => void;

/**
 * What the client of Postgres takes for its connection to a server. It speaks the same protocol as over a network, so that
 * results, types, parameters and errors are made by the very same code.
 */
export class BackendSocket extends Duplex {
  readonly #backend: Backend;
  readonly #turns = new WireTurns();
  #isWelcome = false;

  /** @param schema where names without a schema are looked for; without it nobody may rely on any. */
  constructor(
    backend: Backend,
    readonly schema?: string,
  ) {
    super();
    this.#backend = backend;
  }

  connect(): this {
    this.#backend.start().then(
      () => {
        this.#backend.enter(this);
        this.emit('connect');
      },
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error('It does not start.')),
    );
    return this;
  }

  answer(bytes: Uint8Array): void {
    this.push(bytes);
  }

  override _read(): void {
    // Answers are pushed when they come: there is one at a time.
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#receive(bytes);
    done();
  }

  override _writev(chunks: readonly { chunk: Buffer }[], done: Done): void {
    this.#receive(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: Done): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#backend.leave(this);
    done(error);
  }

  // What a TCP socket has and the client calls. The worker decides by itself whether the process stays alive for it.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #receive(bytes: Buffer): void {
    if (!this.#isWelcome) {
      // The first message is the startup, alone: the client waits for the answer.
      this.#isWelcome = true;
      setImmediate(() => this.push(WELCOME));
      return;
    }
    for (const turn of this.#turns.add(bytes)) {
      if (turn[0] !== FAREWELL) this.#backend.take(this, turn);
    }
  }
}
