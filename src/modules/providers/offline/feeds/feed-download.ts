import type { Clock } from '../../../../common/clock/clock.js';
import { FeedFailure } from './feed-failure.js';
import type { FeedSource } from './feed-source.js';
import { serviceTagsLink } from './service-tags-page.js';

/** Bytes of one feed after decoding, five times the largest known; a bigger answer is an attack or a mistake. */
export const LARGEST_FEED_BYTES = 64 * 1024 * 1024;

const TIMEOUT_MS = 60_000;

export interface FeedRequest {
  readonly source: FeedSource;
  /** Of the copy that is loaded; `undefined` asks for the whole feed. */
  readonly etag: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type FeedDownload =
  | { readonly status: 'unchanged' }
  | { readonly status: 'changed'; readonly bytes: Buffer; readonly etag: string | undefined };

/**
 * Fetches one feed within 60 seconds and 64 MiB, without following redirects.
 *
 * @throws FeedFailure for an answer that is not the feed; or what fetch throws, or the signal's reason.
 */
export async function downloadFeed(request: FeedRequest): Promise<FeedDownload> {
  const { clock, signal } = request;
  const transferring = new AbortController();
  const onStop = (): void => {
    transferring.abort(signal.reason);
  };
  const cancelTimer = clock.after(TIMEOUT_MS, () => {
    transferring.abort(new FeedFailure(`It did not arrive within ${TIMEOUT_MS / 1000} seconds.`));
  });
  signal.addEventListener('abort', onStop);
  try {
    signal.throwIfAborted();
    // Raced, because an injected fetch may not heed the signal, and stop() waits for this.
    return await Promise.race([
      transfer({ ...request, signal: transferring.signal }),
      rejectionOf(transferring.signal),
    ]);
  } finally {
    cancelTimer();
    // The outer signal lives as long as the reader: a listener left on it would hold the whole download.
    signal.removeEventListener('abort', onStop);
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

async function transfer(request: FeedRequest): Promise<FeedDownload> {
  const { source } = request;
  const answer = await get(source.location, request);
  if (answer.status === 'unchanged' || source.format !== 'azure-page' || isJson(answer.bytes)) return answer;
  const link = serviceTagsLink(answer.bytes.toString('utf8'), source.location);
  if (link === undefined) throw new FeedFailure('Its page no longer links to a ServiceTags_Public file.');
  const file = await get(link, { ...request, etag: undefined });
  // The tag belongs to the file, the next request goes to the page: it must not be sent there.
  return file.status === 'unchanged' ? file : { ...file, etag: undefined };
}

async function get(url: string, { fetch, etag, signal }: FeedRequest): Promise<FeedDownload> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'nestjs-ip-risk' };
  if (etag !== undefined) headers['if-none-match'] = etag;
  const response = await fetch(url, { headers, redirect: 'manual', signal });
  if (response.status === 200) {
    const tag = response.headers.get('etag') ?? undefined;
    return { status: 'changed', bytes: await readBody(response), etag: tag };
  }
  // An unread body would hold the connection.
  await response.body?.cancel();
  if (response.status === 304 && etag !== undefined) return { status: 'unchanged' };
  throw refusalOf(response, url);
}

function refusalOf(response: Response, url: string): FeedFailure {
  const target = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || target === null) {
    return new FeedFailure(`Its server answered HTTP ${response.status}.`);
  }
  // The host alone: paths and queries may hold the operator's token.
  const host = URL.canParse(target, url) ? `"${new URL(target, url).host}"` : 'another address';
  return new FeedFailure(
    `Its server redirects to ${host} (HTTP ${response.status}), which is not followed; if that is right, name the new location in IP_RISK_FEEDS.`,
  );
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > LARGEST_FEED_BYTES) throw new FeedFailure(`It is larger than ${LARGEST_FEED_BYTES / 1024 / 1024} MiB.`);
    chunks.push(chunk);
  }
  // Of an encoded answer the header counts other bytes than those read here.
  const announced = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  if (announced !== null && Number(announced) !== size) {
    throw new FeedFailure(`It was cut short: ${size} of ${Number(announced)} bytes arrived.`);
  }
  return Buffer.concat(chunks);
}

function isJson(bytes: Buffer): boolean {
  return /^[\s\uFEFF]*\{/.test(bytes.toString('utf8', 0, 64));
}
