import type { ServerResponse } from 'node:http';
import type { VendorAnswer } from './vendor.js';

/** An answer as bytes, with the headers that go with them. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function replyOf({ status, headers, body }: VendorAnswer): Reply {
  const isText = typeof body === 'string';
  return {
    status,
    headers: { ...headers, 'Content-Type': isText ? 'text/html' : 'application/json; charset=utf-8' },
    body: Buffer.from(isText ? body : JSON.stringify(body)),
  };
}

/** Sends the status and headers at once, and says that the whole body follows. */
export function sendHead(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'Content-Length': String(body.length) });
  response.flushHeaders();
}

export function sendReply(response: ServerResponse, reply: Reply): void {
  sendHead(response, reply);
  response.end(reply.body);
}
