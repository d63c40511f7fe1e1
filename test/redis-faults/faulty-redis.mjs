// Stands in front of a real Redis and plays what can go wrong with one.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { RespFrames, wordsOf } from './resp-frames.mjs';

const HANDSHAKE = new Set(['HELLO', 'AUTH', 'CLIENT', 'SELECT']);
const WRITES = new Set(
  (
    'APPEND COPY DECR DECRBY DEL EVAL EVALSHA EXPIRE FCALL GETDEL GETEX GETSET HDEL HINCRBY HSET INCR INCRBY LPOP LPUSH ' +
    'MSET PEXPIRE PSETEX RPOP RPUSH SADD SET SETEX SETNX SREM UNLINK ZADD ZREM ZREMRANGEBYSCORE'
  ).split(' '),
);
const SUBSCRIBING = new Set(['SUBSCRIBE', 'UNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE']);
const LOADING_INFO = '# Persistence\r\nloading:1\r\nloading_eta_seconds:1\r\n';
const DISCARD = Buffer.from('*1\r\n$7\r\nDISCARD\r\n');
const GARBAGE = [
  'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  '\u0000\u0015\u0003\u0001\u0002\u0002',
  '$999999999\r\nshort',
  '*3\r\n:1\r\n?what\r\n',
  '\r\n\r\n\r\n',
];

const WRITE_REFUSALS = {
  readonly: "-READONLY You can't write against a read only replica.\r\n",
  oom: "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
};

/** What the mode answers by itself; `undefined`: what Redis answers. */
function ownAnswer(mode, name) {
  if (mode === 'noauth') return '-NOAUTH Authentication required.\r\n';
  if (mode === 'loading' && !HANDSHAKE.has(name)) {
    if (name === 'INFO') return `$${LOADING_INFO.length}\r\n${LOADING_INFO}\r\n`;
    return '-LOADING Redis is loading the dataset in memory\r\n';
  }
  return WRITES.has(name) ? WRITE_REFUSALS[mode] : undefined;
}

export const MODES = ['pass', 'hang', 'garbage', 'reset', 'slow', 'loading', 'readonly', 'oom', 'noauth'];

export class FaultyRedis {
  #server = createServer((socket) => this.#accept(socket));
  #sockets = new Set();
  #target;
  #mode = 'pass';
  #slowMs = 0;
  #password;

  /**
   * @param target `{ port, host?, password? }` of the real Redis; the password only goes into `url`.
   * @param port where to listen; 0 takes a free one.
   */
  static async start(target, port = 0) {
    const proxy = new FaultyRedis(target);
    proxy.#server.listen(port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  constructor({ port, host = '127.0.0.1', password = '' }) {
    this.#target = { port, host };
    this.#password = password;
  }

  get port() {
    return this.#server.address().port;
  }

  get url() {
    return `redis://${this.#password === '' ? '' : `:${this.#password}@`}127.0.0.1:${this.port}`;
  }

  get mode() {
    return this.#mode;
  }

  /** Connections that are open now. */
  get connections() {
    return this.#sockets.size;
  }

  /**
   * - `pass`: nothing is wrong
   * - `hang`: takes everything and answers nothing; connections it did so to stay dead afterwards, as with a host that is gone
   * - `garbage`: answers bytes that are not RESP
   * - `reset`: half a reply, then RST
   * - `slow`: every reply comes `slowMs` later
   * - `loading`, `noauth`: that error for everything a real server answers so
   * - `readonly`, `oom`: that error for writes, also inside MULTI
   */
  set(mode, slowMs = 5000) {
    if (!MODES.includes(mode)) throw new Error(`There is no mode ${mode}.`);
    this.#mode = mode;
    this.#slowMs = slowMs;
  }

  /** Ends all connections, as a proxy does that is restarted. */
  dropConnections() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close() {
    this.dropConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket) {
    const upstream = connect(this.#target);
    const replies = new Replies(this.#answerer(socket));
    const fromClient = new RespFrames();
    const fromRedis = new RespFrames();
    let isDead = false;
    let isDirty = false;

    const handle = (frame) => {
      const name = (wordsOf(frame)[0] ?? '').toUpperCase();
      const own = ownAnswer(this.#mode, name);
      if (own !== undefined) {
        isDirty ||= WRITES.has(name);
        replies.own(own);
      } else if (name === 'EXEC' && isDirty) {
        isDirty = false;
        replies.expect('-EXECABORT Transaction discarded because of previous errors.\r\n');
        upstream.write(DISCARD);
      } else {
        if (name === 'MULTI') isDirty = false;
        if (!SUBSCRIBING.has(name)) replies.expect();
        upstream.write(frame);
      }
    };
    socket.on('data', (chunk) => {
      isDead ||= this.#mode === 'hang';
      if (isDead) return;
      if (this.#mode === 'garbage') socket.write(GARBAGE[Math.floor(Math.random() * GARBAGE.length)], 'latin1');
      else for (const frame of fromClient.push(chunk)) handle(frame);
    });
    upstream.on('data', (chunk) => {
      isDead ||= this.#mode === 'hang';
      if (!isDead) for (const frame of fromRedis.push(chunk)) replies.arrived(frame);
    });
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      upstream.destroy();
    });
    upstream.on('close', () => {
      // Whoever talks to a host that is gone does not hear that it ended.
      if (!isDead) socket.destroy();
    });
    for (const end of [socket, upstream]) end.on('error', () => undefined);
  }

  #answerer(socket) {
    let lastDue = 0;
    return (bytes) => {
      const now = performance.now();
      // Never before what was held back earlier.
      lastDue = Math.max(lastDue, now + (this.#mode === 'slow' ? this.#slowMs : 0));
      if (this.#mode === 'reset') {
        socket.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => socket.resetAndDestroy());
      } else if (lastDue > now) {
        setTimeout(() => socket.write(bytes), lastDue - now).unref();
      } else if (!socket.destroyed) {
        socket.write(bytes);
      }
    };
  }
}

/** Keeps own answers and those of Redis in the order in which they were asked for. */
class Replies {
  #waiting = [];
  #write;

  constructor(write) {
    this.#write = write;
  }

  own(text) {
    this.#waiting.push({ bytes: Buffer.from(text) });
    this.#flush();
  }

  /** @param instead what is passed on in place of it. */
  expect(instead) {
    this.#waiting.push({ instead });
  }

  arrived(frame) {
    const isPush = frame[0] === '>'.charCodeAt(0);
    const next = isPush ? undefined : this.#waiting.find(({ bytes }) => bytes === undefined);
    if (next === undefined) this.#write(frame);
    else next.bytes = next.instead === undefined ? frame : Buffer.from(next.instead);
    this.#flush();
  }

  #flush() {
    while (this.#waiting[0]?.bytes !== undefined) this.#write(this.#waiting.shift().bytes);
  }
}
