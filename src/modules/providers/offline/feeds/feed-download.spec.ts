import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { FakeClock } from '../../../../../test/support/fake-clock.js';
import { downloadFeed, LARGEST_FEED_BYTES, type FeedDownload, type FeedRequest } from './feed-download.js';
import { sentenceOf } from './feed-failure.js';
import type { FeedSource } from './feed-source.js';

const SECRET = 'token=not-a-key';
const LIST = '8.8.8.0/24\n9.9.9.0/24\n';

describe('downloadFeed', () => {
  let server: Server;
  let origin: string;
  let answer: RequestListener;
  let clock: FakeClock;
  let stopping: AbortController;

  beforeEach(async () => {
    clock = new FakeClock();
    stopping = new AbortController();
    server = createServer((request, response) => {
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function download(changes: Partial<FeedRequest> & { format?: FeedSource['format'] } = {}): Promise<FeedDownload> {
    const { format = 'lines', ...others } = changes;
    const location = `${origin}/list?${SECRET}`;
    const source: FeedSource = { id: 'custom-vpn', kind: 'vpn', format, location, refreshHours: 24, credit: '' };
    return downloadFeed({ source, etag: undefined, fetch, clock, signal: stopping.signal, ...others });
  }

  /** The sentence that operators see; also proves that nothing of the URL is in it or in the error. */
  async function refusal(changes?: Parameters<typeof download>[0]): Promise<string> {
    const error: unknown = await download(changes).then(
      (done) => {
        throw new Error(`accepted: ${done.status}`);
      },
      (thrown: unknown) => thrown,
    );
    expect(sentenceOf(error)).not.toMatch(/not-a-key|127\.0\.0\.1.*\//);
    expect(inspect(error, { depth: 9 })).not.toContain('not-a-key');
    return sentenceOf(error);
  }

  it('returns the bytes and the tag, and leaves no timer behind', async () => {
    answer = (_, response) => response.setHeader('etag', '"v1"').end(LIST);
    expect(await download()).toEqual({ status: 'changed', bytes: Buffer.from(LIST), etag: '"v1"' });
    expect(clock.pending).toBe(0);
  });

  it('asks for an encoding whose length can be checked', async () => {
    const encodings: unknown[] = [];
    answer = (request, response) => {
      encodings.push(request.headers['accept-encoding']);
      response.end(LIST);
    };
    await download();
    expect(encodings).toEqual(['identity']);
  });

  it('reads an answer that is compressed all the same', async () => {
    answer = (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(LIST));
    expect(await download()).toMatchObject({ bytes: Buffer.from(LIST) });
  });

  it('sends the tag, and takes 304 for unchanged', async () => {
    answer = (request, response) => {
      response.statusCode = request.headers['if-none-match'] === '"v1"' ? 304 : 200;
      response.end();
    };
    expect(await download({ etag: '"v1"' })).toEqual({ status: 'unchanged' });
  });

  it('refuses 304 when it sent no tag', async () => {
    answer = (_, response) => response.writeHead(304).end();
    expect(await refusal()).toBe('Its server answered HTTP 304.');
  });

  it.each([204, 206, 403, 404, 429, 500])('refuses HTTP %i', async (status) => {
    answer = (_, response) => response.writeHead(status).end(status === 204 ? undefined : LIST);
    expect(await refusal()).toBe(`Its server answered HTTP ${status}.`);
  });

  it.each([301, 302, 307, 308])('does not follow a redirect with %i, and names the new host only', async (status) => {
    const asked: unknown[] = [];
    answer = (request, response) => {
      asked.push(request.url);
      response.writeHead(status, { location: `https://mirror.example/elsewhere?${SECRET}` }).end();
    };
    const sentence = await refusal();
    expect(sentence).toContain('redirects to "mirror.example"');
    expect(sentence).toContain('IP_RISK_FEEDS');
    expect(sentence).not.toContain('elsewhere');
    expect(asked).toHaveLength(1);
  });

  it('refuses an answer that is cut short', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': LIST.length + 10 });
      response.write(LIST, () => response.destroy());
    };
    expect(await refusal()).toMatch(/could not be read|cut short/);
  });

  it('refuses an answer shorter than announced, also when fetch does not notice', async () => {
    const stub: typeof fetch = () => Promise.resolve(new Response(LIST, { headers: { 'content-length': '100' } }));
    expect(await refusal({ fetch: stub })).toBe(`It was cut short: ${LIST.length} of 100 bytes arrived.`);
  });

  it('refuses more than 64 MiB, and stops reading there', async () => {
    const chunk = new Uint8Array(1024 * 1024);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += chunk.byteLength;
        controller.enqueue(chunk);
      },
    });
    expect(await refusal({ fetch: () => Promise.resolve(new Response(body as never)) })).toBe(
      'It is larger than 64 MiB.',
    );
    expect(sent).toBeLessThan(LARGEST_FEED_BYTES + 4 * chunk.byteLength);
  });

  it('counts the bytes of a compressed answer after decoding', async () => {
    answer = (_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(65 * 1024 * 1024)));
    expect(await refusal()).toBe('It is larger than 64 MiB.');
  });

  it.each([
    ['never answers', () => undefined],
    ['stops in the middle', (_, response) => response.writeHead(200).write(LIST)],
  ] satisfies [string, RequestListener][])('gives up after 60 seconds on a server that %s', async (_, listener) => {
    const asked = new Promise<void>((resolve) => {
      answer = (request, response) => {
        listener(request, response);
        resolve();
      };
    });
    const sentence = refusal();
    await asked;
    clock.advance(59_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await sentence).toBe('It did not arrive within 60 seconds.');
  });

  it('ends at once when the reader stops, even if fetch does not heed the signal', async () => {
    const downloading = download({ fetch: () => new Promise(() => undefined) });
    stopping.abort(new Error('stopped'));
    await expect(downloading).rejects.toThrow('stopped');
    expect(clock.pending).toBe(0);
  });

  it('says why a server cannot be reached', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await refusal()).toBe('It could not be read (ECONNREFUSED).');
  });

  describe('for Azure', () => {
    const tags = '{"values":[]}';

    it('follows the link of the page, and keeps no tag for the page', async () => {
      answer = ({ url, headers }, response) => {
        if (url?.startsWith('/list') === true) response.end(`<a href="${origin}/x/ServiceTags_Public_20260817.json">`);
        else response.setHeader('etag', '"file"').end(headers['if-none-match'] === undefined ? tags : '');
      };
      const expected = { status: 'changed', bytes: Buffer.from(tags), etag: undefined };
      expect(await download({ format: 'azure-page' })).toEqual(expected);
    });

    it('takes the JSON itself where the location is a mirror of it', async () => {
      answer = (_, response) => response.setHeader('etag', '"v1"').end(`\uFEFF\n${tags}`);
      expect(await download({ format: 'azure-page' })).toMatchObject({
        bytes: Buffer.from(`\uFEFF\n${tags}`),
        etag: '"v1"',
      });
    });

    it('says so when the page has no link', async () => {
      answer = (_, response) => response.end('<html>Sign in</html>');
      expect(await refusal({ format: 'azure-page' })).toBe('Its page no longer links to a ServiceTags_Public file.');
    });
  });
});
