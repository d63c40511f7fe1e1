// HTTP by hand over plain sockets: ten thousand clients at once, and little of the processors that the services need.
import { connect } from 'node:net';

/** Far beyond any deadline: the service did not answer at all. */
const MOST_WAIT_MS = 60_000;
/** Connections that are opened at once: a listener's queue is some five hundred long. */
const OPENED_AT_ONCE = 200;
const HEAD_END = '\r\n\r\n';

/** One connection that is kept alive; one request at a time. An error of the connection is an answer of status 0. */
export class Line {
  #socket;
  #pending;
  #received = [];
  #awaited;

  static open(port) {
    const line = new Line();
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      line.#socket = socket;
      line.port = port;
      socket.setNoDelay(true);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.on('error', (error) => line.#fail(String(error)));
        socket.on('data', (chunk) => line.#take(chunk));
        socket.on('close', () => line.#fail('The connection ended.'));
        socket.setTimeout(MOST_WAIT_MS, () => line.#fail('There was no answer.'));
        resolve(line);
      });
      socket.once('error', reject);
    });
  }

  /** @returns status, text and milliseconds. */
  ask(request) {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      this.#pending = (status, text) => resolve({ status, text, ms: performance.now() - startedAt });
      if (this.#socket.destroyed) this.#fail('The connection has ended.');
      else this.#socket.write(request);
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(chunk) {
    this.#received.push(chunk);
    const bytes = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    this.#awaited ??= lengthOf(bytes);
    if (this.#awaited === undefined || bytes.length < this.#awaited.whole) {
      this.#received = [bytes];
      return;
    }
    const { status, head, whole } = this.#awaited;
    this.#received = [];
    this.#awaited = undefined;
    this.#settle(status, bytes.toString('utf8', head, whole));
  }

  #fail(reason) {
    this.#settle(0, reason);
    this.#socket.destroy();
  }

  #settle(status, text) {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.(status, text);
  }
}

/** Where the answer's head and the answer itself end; `undefined` before the head is there. */
function lengthOf(bytes) {
  const end = bytes.indexOf(HEAD_END);
  if (end === -1) return undefined;
  const text = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`An answer without a length:\n${text}`);
  const head = end + HEAD_END.length;
  return { status: Number(text.slice(9, 12)), head, whole: head + Number(length) };
}

/**
 * So many connections, in turn to each of the ports.
 *
 * @param first asked by each as soon as it is open: a server ends what says nothing for ten seconds, and keeps for a minute
 * what has spoken once.
 */
export async function openLines(ports, count, first) {
  const lines = [];
  while (lines.length < count) {
    const more = Math.min(OPENED_AT_ONCE, count - lines.length);
    const opened = Array.from({ length: more }, (_, index) => Line.open(ports[(lines.length + index) % ports.length]));
    const open = await Promise.all(opened);
    if (first !== undefined) await Promise.all(open.map((line) => line.ask(first)));
    lines.push(...open);
  }
  return lines;
}

/** Every line asks again as soon as it was answered, until `next` has no more to ask. */
export async function askAll(lines, next, take) {
  const work = async (line) => {
    for (let job = next(); job !== undefined; job = next()) take(await line.ask(job.request), job);
  };
  await Promise.all(lines.map(work));
}

const HOST = 'Host: 127.0.0.1\r\n';

/** A request by the client of that address. */
export function getAs(address, path, headers = '') {
  return `GET ${path} HTTP/1.1\r\n${HOST}Accept: application/json\r\nX-Forwarded-For: ${address}\r\n${headers}\r\n`;
}

export function post(path, body, headers = '') {
  const text = JSON.stringify(body);
  const about = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`;
  return `POST ${path} HTTP/1.1\r\n${HOST}${about}${headers}\r\n${text}`;
}

/** The client's own route: small answers. */
export const scoreOf = (address) => getAs(address, '/v1/fraud-score');
/** Everything that is known of an address. */
export const riskOf = (address, headers) => post('/v1/ips/risk', { ip_address: address }, headers);
