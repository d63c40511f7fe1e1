import type { BackendSocket } from './backend-socket.js';
import { leavesTransactionOpen, simpleQuery, withoutNotifications } from './wire-turns.js';

interface Turn {
  readonly socket: BackendSocket;
  readonly bytes: Uint8Array;
  /** Ours, so that the names of the next turn are looked for there; nobody waits for the answer. */
  readonly schema?: string;
}

/**
 * Who is next at the one connection that there is. A socket that began a transaction has it for itself until the end of
 * the transaction. What belongs to a connection is everybody's here: where names are looked for is set when a socket with
 * another schema comes next, and notifications go to all who listen.
 */
export class TurnQueue {
  #waiting: Turn[] = [];
  #asked: Turn | undefined;
  #owner: BackendSocket | undefined;
  #schema: string | undefined;
  readonly #listeners = new Set<BackendSocket>();

  /** @param send has the turn answered; {@link answer} is called with it. */
  constructor(private readonly send: (bytes: Uint8Array) => void) {}

  get isIdle(): boolean {
    return this.#asked === undefined && this.#waiting.length === 0;
  }

  listen(socket: BackendSocket): void {
    this.#listeners.add(socket);
  }

  add(socket: BackendSocket, bytes: Uint8Array): void {
    this.#waiting.push({ socket, bytes });
    this.#next();
  }

  answer(bytes: Uint8Array): void {
    const turn = this.#asked;
    if (turn === undefined) return;
    this.#asked = undefined;
    if (turn.schema === undefined) this.#pass(turn.socket, bytes);
    else this.#schema = turn.schema;
    this.#next();
  }

  /** The socket is gone; nobody waits for its answers, and its transaction is undone. */
  leave(socket: BackendSocket): void {
    this.#listeners.delete(socket);
    this.#waiting = this.#waiting.filter((turn) => turn.socket !== socket);
    if (this.#asked?.socket !== socket) this.#undo(socket);
    this.#next();
  }

  /** The connection is gone. @returns whoever waited, was in a transaction, or listened. */
  clear(): Set<BackendSocket> {
    const sockets = [this.#asked?.socket, this.#owner, ...this.#waiting.map(({ socket }) => socket)];
    const lost = new Set([...sockets.filter((socket) => socket !== undefined), ...this.#listeners]);
    this.#waiting = [];
    this.#asked = undefined;
    this.#owner = undefined;
    this.#schema = undefined;
    this.#listeners.clear();
    return lost;
  }

  #pass(socket: BackendSocket, bytes: Uint8Array): void {
    this.#owner = leavesTransactionOpen(bytes) ? socket : undefined;
    const { answer, notifications } =
      this.#listeners.size === 0 ? { answer: bytes, notifications: undefined } : withoutNotifications(bytes);
    if (socket.destroyed) this.#undo(socket);
    else socket.answer(answer);
    if (notifications === undefined) return;
    for (const listener of this.#listeners) listener.answer(notifications);
  }

  #undo(socket: BackendSocket): void {
    if (this.#owner === socket) this.#waiting.unshift({ socket, bytes: simpleQuery('ROLLBACK') });
  }

  #next(): void {
    if (this.#asked !== undefined) return;
    const at = this.#owner === undefined ? 0 : this.#waiting.findIndex(({ socket }) => socket === this.#owner);
    const turn = at === -1 ? undefined : this.#waiting[at];
    if (turn === undefined) return;
    this.#asked = this.#schemaBefore(turn) ?? turn;
    if (this.#asked === turn) this.#waiting.splice(at, 1);
    this.send(this.#asked.bytes);
  }

  /** @returns a turn that has to come first. In a transaction there is none: its first turn had it. */
  #schemaBefore({ socket }: Turn): Turn | undefined {
    const { schema } = socket;
    if (schema === undefined || schema === this.#schema || this.#owner !== undefined) return undefined;
    return { socket, bytes: simpleQuery(`SET search_path = pg_catalog, ${schema}, pg_temp`), schema };
  }
}
