// Calls the bulk endpoint. Run as a program with the server's PORT, it does so in a loop until it is killed.
import { request } from 'node:http';

/** Random global unicast addresses, nine of ten IPv4, no two alike in the cache's eyes. */
export function* randomAddresses(state = 20261122) {
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  for (let count = 0; ; count += 1) {
    if (count % 10 === 9)
      yield `2${(next() >>> 24).toString(16).padStart(3, '0')}:${(next() >>> 16).toString(16)}:${(next() >>> 16).toString(16)}:${(next() >>> 16).toString(16)}::1`;
    else yield `${1 + ((next() >>> 16) % 222)}.${next() >>> 24}.${next() >>> 24}.${next() >>> 24}`;
  }
}

/** The body of a request. */
export const bodyOf = (ips) => Buffer.from(JSON.stringify({ ips }));

/** Counts the lines that come back, and does not keep them. */
export const scoreInBulk = (port, body, count) =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', accept: 'application/x-ndjson' };
    const sent = request(
      { host: '127.0.0.1', port, path: '/v1/ips/risk/bulk', method: 'POST', headers },
      (response) => {
        let lines = 0;
        response.on('data', (chunk) => {
          for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200 && lines === count) resolve();
          else reject(new Error(`${response.statusCode} with ${lines} lines for ${count} addresses`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

if (process.argv[1] === import.meta.filename) {
  const source = randomAddresses(1);
  // Made beforehand: the processor is to be busy with answers, not with lists.
  const bodies = Array.from({ length: 4 }, () => bodyOf(Array.from({ length: 50_000 }, () => source.next().value)));
  for (let round = 0; ; round += 1) {
    await scoreInBulk(Number(process.argv[2]), bodies[round % bodies.length], 50_000);
    process.send?.('answered');
  }
}
