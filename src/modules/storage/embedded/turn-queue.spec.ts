import type { Backend } from './backend-socket.js';
import { BackendSocket } from './backend-socket.js';
import { TurnQueue } from './turn-queue.js';
import { simpleQuery } from './wire-turns.js';

const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');
const IN_TRANSACTION = Buffer.from('Z\0\0\0\x05T', 'latin1');
const NOTE = Buffer.from('A\0\0\0\x0b\0\0\0\x01x\0\0', 'latin1');
const DONE = Buffer.from('C\0\0\0\x06X\0', 'latin1');
const SET = 'SET search_path = pg_catalog, queue, pg_temp';

const backend: Backend = {
  start: () => Promise.resolve(),
  enter: () => undefined,
  take: () => undefined,
  leave: () => undefined,
};

class HeardSocket extends BackendSocket {
  readonly heard: Buffer[] = [];

  override answer(bytes: Uint8Array): void {
    this.heard.push(Buffer.from(bytes));
  }
}

describe('the turns of an embedded connection', () => {
  let asked: string[];
  let queue: TurnQueue;
  let ours: HeardSocket;
  let guest: HeardSocket;

  const text = (bytes: Uint8Array): string => Buffer.from(bytes).subarray(5, -1).toString();
  const answerAll = (answer = READY): void => {
    while (!queue.isIdle) queue.answer(answer);
  };

  beforeEach(() => {
    asked = [];
    queue = new TurnQueue((bytes) => asked.push(text(bytes)));
    ours = new HeardSocket(backend);
    guest = new HeardSocket(backend, 'queue');
  });

  it('look for names where the next socket has them, and ask for that only when it changes', () => {
    queue.add(ours, simpleQuery('ours'));
    queue.add(guest, simpleQuery('first'));
    queue.add(ours, simpleQuery('ours again'));
    queue.add(guest, simpleQuery('second'));
    queue.add(new HeardSocket(backend, 'other'), simpleQuery('third'));
    answerAll();
    expect(asked).toEqual(['ours', SET, 'first', 'ours again', 'second', SET.replace('queue', 'other'), 'third']);
    expect(guest.heard).toEqual([READY, READY]);
  });

  it('ask for the names anew on another connection, and never within a transaction', () => {
    queue.add(guest, simpleQuery('BEGIN'));
    queue.answer(READY);
    queue.answer(IN_TRANSACTION);
    queue.add(guest, simpleQuery('inside'));
    queue.clear();
    queue.add(guest, simpleQuery('after'));
    answerAll();
    expect(asked).toEqual([SET, 'BEGIN', 'inside', SET, 'after']);
  });

  it('hand notifications to those who listen, and not to whoever made the connection speak', () => {
    const second = new HeardSocket(backend, 'queue');
    queue.listen(guest);
    queue.listen(second);
    queue.add(ours, simpleQuery('notify'));
    queue.answer(Buffer.concat([DONE, NOTE, NOTE, READY]));
    expect(ours.heard).toEqual([Buffer.concat([DONE, READY])]);
    expect([guest.heard, second.heard]).toEqual([[Buffer.concat([NOTE, NOTE])], [Buffer.concat([NOTE, NOTE])]]);
  });

  it('tell who listened, too, that the connection is gone', () => {
    queue.listen(guest);
    expect([...queue.clear()]).toEqual([guest]);
    queue.listen(guest);
    queue.leave(guest);
    expect([...queue.clear()]).toEqual([]);
  });
});
