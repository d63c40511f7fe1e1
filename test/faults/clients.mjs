// The clients in front of the guarded app: every request from an address of its own, so that no cache answers.
import { Agent, get } from 'node:http';

const CONCURRENCY = 20;
/** Far beyond any deadline: the app did not answer at all. */
const MOST_WAIT_MS = 10_000;
let lastClient = 0;

/** A global unicast address that was never used before, of both families by turns; an IPv6 client is a whole /64. */
export function freshAddress() {
  lastClient += 1;
  const [high, low] = [lastClient >>> 8, lastClient & 255];
  if (lastClient % 2 === 0) return `20.${high >>> 8}.${high & 255}.${low}`;
  return `2a00:23c0:${(lastClient >>> 16).toString(16)}:${(lastClient & 0xffff).toString(16)}::1`;
}

/** One request; an error of the connection is an answer of status 0. */
export function ask(url, path, agent) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const done = (answer) => resolve({ ...answer, ms: performance.now() - startedAt });
    const failed = (error) => done({ status: 0, headers: '', text: String(error) });
    const request = get(`${url}/${path}`, { agent, headers: { 'x-forwarded-for': freshAddress() } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => {
        const headers = response.rawHeaders.join('\n');
        done({ status: response.statusCode, headers, text: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', failed);
    request.setTimeout(MOST_WAIT_MS, () => request.destroy(new Error('no answer')));
  });
}

/** So many requests to one route, a few at a time; `take` gets every answer. */
export async function sendRequests(url, path, count, take) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  let left = count;
  const send = async () => {
    while (left > 0) {
      left -= 1;
      take(await ask(url, path, agent));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, send));
  agent.destroy();
}
