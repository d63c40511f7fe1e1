import { request } from 'node:http';
import type { Answer, Call } from './http-client.js';

/** One call from a source address of the caller's choice, such as `127.0.0.2`, over a connection of its own. */
export function callFrom(
  source: string,
  url: string,
  { method = 'GET', headers = [], body }: Call = {},
): Promise<Answer> {
  const payload = Buffer.from(typeof body === 'object' ? JSON.stringify(body) : (body ?? ''));
  const lines = [['host', new URL(url).host], ...headers];
  if (typeof body === 'object') lines.push(['content-type', 'application/json']);
  if (method !== 'GET') lines.push(['content-length', String(payload.length)]);
  return new Promise((resolve, reject) => {
    const options = { method, agent: false, localAddress: source, headers: lines.flat() } as const;
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = response.headers['content-type']?.startsWith('application/json') === true;
        const json: unknown = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}
