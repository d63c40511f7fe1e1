import type { IncomingMessage } from 'node:http';
import type { VendorRequest } from './vendor.js';

/** Bytes of a body that the sandbox reads: room for 50,000 IPv6 addresses. */
export const LONGEST_BODY = 4_000_000;

/** A request with its first path segment split off; `undefined` when its path is no text. */
export interface ReceivedRequest extends VendorRequest {
  readonly prefix: string;
}

export async function receivedRequest(message: IncomingMessage): Promise<ReceivedRequest | undefined> {
  const { pathname, searchParams } = new URL(`http://sandbox${message.url ?? '/'}`);
  const path = decoded(pathname);
  const body = await bodyOf(message);
  if (path === undefined) return undefined;
  const [, prefix = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
  return {
    prefix,
    method: message.method ?? 'GET',
    path: rest === '' ? '/' : rest,
    query: searchParams,
    headers: message.headers,
    body: body ?? '',
    isTooLarge: body === undefined,
  };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Reads all of it, so that the client gets to read the refusal; keeps no more than {@link LONGEST_BODY}. */
async function bodyOf(message: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= LONGEST_BODY) chunks.push(chunk);
  }
  return length <= LONGEST_BODY ? Buffer.concat(chunks).toString('utf8') : undefined;
}
