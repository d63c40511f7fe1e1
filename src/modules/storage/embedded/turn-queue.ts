import type { BackendSocket } from './backend-socket.js';
import { leavesTransactionOpen, simpleQuery } from './wire-turns.js';

interface Turn {
  readonly socket: BackendSocket;
  readonly bytes: Uint8Array;
}

/**
 * Who is next at the one connection that there is. A socket that began a transaction has it for itself until the end of
 * the transaction.
 */
export class TurnQueue {
  #waiting: Turn[] = [];
  #asked: Turn | undefined;
  #owner: BackendSocket | undefined;

  /** @param send has the turn answered; {@link answer} is called with it. */
  constructor(private readonly send: (bytes: Uint8Array) => void) {}

  get isIdle(): boolean {
    return this.#asked === undefined && this.#waiting.length === 0;
  }

  add(socket: BackendSocket, bytes: Uint8Array): void {
    this.#waiting.push({ socket, bytes });
    this.#next();
  }

  answer(bytes: Uint8Array): void {
    const socket = this.#asked?.socket;
    if (socket === undefined) return;
    this.#asked = undefined;
    this.#owner = leavesTransactionOpen(bytes) ? socket : undefined;
    if (socket.destroyed) this.#undo(socket);
    else socket.answer(bytes);
    this.#next();
  }

  /** The socket is gone; nobody waits for its answers, and its transaction is undone. */
  leave(socket: BackendSocket): void {
    this.#waiting = this.#waiting.filter((turn) => turn.socket !== socket);
    if (this.#asked?.socket !== socket) this.#undo(socket);
    this.#next();
  }

  /** The connection is gone. @returns whoever waited or was in a transaction. */
  clear(): Set<BackendSocket> {
    const sockets = [this.#asked?.socket, this.#owner, ...this.#waiting.map(({ socket }) => socket)];
    this.#waiting = [];
    this.#asked = undefined;
    this.#owner = undefined;
    return new Set(sockets.filter((socket) => socket !== undefined));
  }

  #undo(socket: BackendSocket): void {
    if (this.#owner === socket) this.#waiting.unshift({ socket, bytes: simpleQuery('ROLLBACK') });
  }

  #next(): void {
    if (this.#asked !== undefined) return;
    const at = this.#owner === undefined ? 0 : this.#waiting.findIndex(({ socket }) => socket === this.#owner);
    const [turn] = at === -1 ? [] : this.#waiting.splice(at, 1);
    if (turn === undefined) return;
    this.#asked = turn;
    this.send(turn.bytes);
  }
}
