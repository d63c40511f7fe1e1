/** Ends what Postgres answers in one go: a simple query, the sync of an extended one, or the farewell. */
const TURN_ENDS = new Set(['Q', 'S', 'X'].map((letter) => letter.charCodeAt(0)));
export const FAREWELL = 'X'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);
const NOTIFICATION = 'A'.charCodeAt(0);
/** A letter, and four bytes for the length of what follows, themselves included. */
const HEADER_LENGTH = 5;
const READY_LENGTH = 6;
const IDLE = 'I'.charCodeAt(0);

/** Cuts what a client of Postgres sends into turns, each of which gets one answer. The startup message is cut by nobody. */
export class WireTurns {
  #rest: Buffer = Buffer.alloc(0);
  #scanned = 0;

  /** @returns the turns that are complete now, in order. */
  add(bytes: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const turns: Buffer[] = [];
    for (let end = this.#endOfMessage(); end !== undefined; end = this.#endOfMessage()) {
      const isTurn = TURN_ENDS.has(this.#rest.readUInt8(this.#scanned));
      this.#scanned = end;
      if (isTurn) turns.push(this.#cut());
    }
    return turns;
  }

  #endOfMessage(): number | undefined {
    if (this.#rest.length < this.#scanned + HEADER_LENGTH) return undefined;
    const end = this.#scanned + 1 + this.#rest.readUInt32BE(this.#scanned + 1);
    return end <= this.#rest.length ? end : undefined;
  }

  #cut(): Buffer {
    const turn = this.#rest.subarray(0, this.#scanned);
    this.#rest = this.#rest.subarray(this.#scanned);
    this.#scanned = 0;
    return turn;
  }
}

/** Whether an answer leaves a transaction open: it ends with `Z` and the state, `I` when there is none. */
export function leavesTransactionOpen(answer: Uint8Array): boolean {
  const start = answer.length - READY_LENGTH;
  return answer[start] !== READY || answer[answer.length - 1] !== IDLE;
}

/** Notifications come within the answer to whoever made the connection speak, and are for those who listen. */
export function withoutNotifications(bytes: Uint8Array): {
  readonly answer: Uint8Array;
  readonly notifications: Uint8Array | undefined;
} {
  const { buffer, byteOffset, length } = bytes;
  const all = Buffer.from(buffer, byteOffset, length);
  const found: Buffer[] = [];
  const rest: Buffer[] = [];
  let kept = 0;
  let end: number;
  for (let start = 0; start + HEADER_LENGTH <= length; start = end) {
    end = start + 1 + all.readUInt32BE(start + 1);
    if (all[start] !== NOTIFICATION) continue;
    rest.push(all.subarray(kept, start));
    found.push(all.subarray(start, end));
    kept = end;
  }
  if (found.length === 0) return { answer: bytes, notifications: undefined };
  return { answer: Buffer.concat([...rest, all.subarray(kept)]), notifications: Buffer.concat(found) };
}

/** A simple query, as a client sends it. */
export function simpleQuery(text: string): Buffer {
  const body = Buffer.from(`${text}\0`, 'utf8');
  const message = Buffer.alloc(HEADER_LENGTH);
  message.write('Q', 'latin1');
  message.writeUInt32BE(body.length + HEADER_LENGTH - 1, 1);
  return Buffer.concat([message, body]);
}

/** What a server says to a client that it lets in: AuthenticationOk, and ReadyForQuery outside of a transaction. */
export const WELCOME: Buffer = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1');
