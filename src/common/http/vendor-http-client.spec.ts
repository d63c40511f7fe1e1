import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { ProviderError } from '../errors/ip-risk.error.js';
import type { FailureReader } from './vendor-answer.js';
import { VendorHttpClient, type CallContext, type VendorCall } from './vendor-http-client.js';

const KEY = 'canary-key-0123456789';
const CALL: VendorCall = { path: '/v1/8.8.8.8', query: { access_key: KEY }, headers: { 'X-Api-Key': KEY } };

type Step = Response | Error | 'hangs' | ((signal: AbortSignal) => Response);

const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

/** A body that begins and never ends; it ends with the signal only when it heeds it. */
const dripping = (signal?: AbortSignal): Response => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"a":'));
      signal?.addEventListener('abort', () => {
        controller.error(signal.reason);
      });
    },
  });
  return new Response(body as never, { headers: { 'content-type': 'application/json' } });
};

describe('VendorHttpClient', () => {
  let clock: FakeClock;
  let caller: AbortController;
  let asked: { url: string; init: RequestInit }[];

  beforeEach(() => {
    clock = new FakeClock();
    caller = new AbortController();
    asked = [];
  });

  /** Answers with the steps, one a call. */
  function client(steps: readonly Step[], failureIn?: FailureReader): VendorHttpClient {
    const left = [...steps];
    const fetch: typeof globalThis.fetch = (url, init = {}) => {
      asked.push({ url: url as string, init });
      const step = left.shift() ?? new Error('asked too often');
      const signal = init.signal as AbortSignal;
      if (typeof step === 'function') return Promise.resolve(step(signal));
      if (step instanceof Response) return Promise.resolve(step);
      // What a real fetch says names the URL, and the key in it.
      if (step instanceof Error)
        return Promise.reject(new TypeError(`fetch of ${url as string} failed`, { cause: step }));
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    };
    const options = { providerId: 'example', baseUrl: 'https://api.example.com', timeoutMs: 1500, clock, fetch };
    return new VendorHttpClient(failureIn === undefined ? options : { ...options, failureIn });
  }

  function context(withinMs = Infinity): CallContext {
    return { signal: caller.signal, deadlineAt: clock.now() + withinMs };
  }

  /** Ends a call, letting pauses of up to `ms` pass; proves that nothing is left behind and nothing leaks. */
  async function failureOf(call: Promise<unknown>, ms = 0): Promise<ProviderError> {
    const settled = call.then(
      () => undefined,
      (error: unknown) => error,
    );
    await setImmediate();
    if (ms > 0) clock.advance(ms);
    const error = await settled;
    expect(error).toBeInstanceOf(ProviderError);
    const seen = [
      String(error),
      (error as Error).stack,
      JSON.stringify(error),
      inspect(error, { depth: 9, showHidden: true }),
    ];
    expect(seen.join('\n')).not.toMatch(/canary-key|api\.example\.com|access_key|x-api-key/i);
    expect((error as Error).cause).toBeUndefined();
    expect(clock.pending).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    return error as ProviderError;
  }

  describe('asking', () => {
    it('sends a GET with the query encoded, and hands back status, body and headers', async () => {
      const call = { path: '/v1/ip', query: { ip: '2001:db8::1', q: 'a&b=c' } };
      const answer = await client([json({ a: 1 }, 200, { 'x-left': '7' })]).call(call, context());
      expect(answer).toMatchObject({ status: 200, body: { a: 1 } });
      expect([answer.header('X-Left'), answer.header('x-other')]).toEqual(['7', undefined]);
      expect(asked[0]?.url).toBe('https://api.example.com/v1/ip?ip=2001%3Adb8%3A%3A1&q=a%26b%3Dc');
      expect(asked[0]?.init).toMatchObject({ method: 'GET', redirect: 'manual' });
      expect(asked[0]?.init.body).toBeUndefined();
    });

    it('sends JSON by POST, and no question mark without a query', async () => {
      await client([json([])]).call(
        { path: '/bulk', json: { ips: ['8.8.8.8'] }, headers: { 'X-Key': 'k' } },
        context(),
      );
      expect(asked[0]?.url).toBe('https://api.example.com/bulk');
      expect(asked[0]?.init).toMatchObject({ method: 'POST', body: '{"ips":["8.8.8.8"]}' });
      expect(asked[0]?.init.headers).toMatchObject({ 'content-type': 'application/json', 'X-Key': 'k' });
    });

    it('leaves no timer and no listener behind', async () => {
      await client([json({})]).call(CALL, context());
      expect(clock.pending).toBe(0);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    });

    it('does not ask at all for somebody who no longer waits', async () => {
      caller.abort();
      expect((await failureOf(client([json({})]).call(CALL, context()))).code).toBe('PROVIDER_TIMEOUT');
      expect(asked).toHaveLength(0);
    });

    it('shows no key when it is printed', () => {
      expect(inspect(client([]), { depth: 9, showHidden: true })).not.toContain('example');
    });
  });

  describe('judging', () => {
    it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON ;x', 'application/problem+json'])(
      'reads JSON that is called %s',
      async (type) => {
        expect((await client([json({ a: 1 }, 200, { 'content-type': type })]).call(CALL, context())).body).toEqual({
          a: 1,
        });
      },
    );

    it.each(['text/html', 'text/plain', 'application/json-seq', 'application/jsonp', 'xapplication/json', ''])(
      'takes a content of type "%s" for no answer',
      async (type) => {
        const call = client([json({ a: 1 }, 200, { 'content-type': type })]).call(CALL, context());
        expect((await failureOf(call)).code).toBe('PROVIDER_BAD_RESPONSE');
      },
    );

    it.each(['', '{', 'nonsense', '{"a":1}{}'])('takes "%s" for no answer', async (text) => {
      const response = new Response(text, { headers: { 'content-type': 'application/json' } });
      expect((await failureOf(client([response]).call(CALL, context()))).code).toBe('PROVIDER_BAD_RESPONSE');
    });

    it.each([null, false, 0, '', []])('hands back %j, which is JSON', async (body) => {
      expect((await client([json(body)]).call(CALL, context())).body).toEqual(body);
    });

    it('refuses more than 256 KiB, and takes a cap of the call’s own', async () => {
      const large = (size: number): Response => json('x'.repeat(size - 2));
      expect((await client([large(262_144)]).call(CALL, context())).status).toBe(200);
      expect((await failureOf(client([large(262_145)]).call(CALL, context()))).code).toBe('PROVIDER_BAD_RESPONSE');
      const small = client([large(11)]).call({ ...CALL, maxBytes: 10 }, context());
      expect((await failureOf(small)).code).toBe('PROVIDER_BAD_RESPONSE');
    });

    it('lets the vendor’s own word go before the HTTP status', async () => {
      const failureIn: FailureReader = ({ body }) =>
        body === undefined ? undefined : { code: 'PROVIDER_QUOTA', retryAfterMs: 9 };
      for (const status of [200, 404, 500]) {
        const error = await failureOf(client([json({ spent: true }, status)], failureIn).call(CALL, context()));
        expect(error).toMatchObject({ code: 'PROVIDER_QUOTA', retryAfterMs: 9, providerId: 'example' });
      }
    });

    it('falls back to the status where the vendor says nothing', async () => {
      const error = await failureOf(client([json({}, 401)], () => undefined).call(CALL, context()));
      expect(error.code).toBe('PROVIDER_UNAUTHORIZED');
    });
  });

  describe('trying again', () => {
    it.each<[string, Step]>([
      ['a lost connection', new Error('ECONNRESET')],
      ['HTTP 500', json({}, 500)],
      ['HTTP 503', new Response('<html>', { status: 503 })],
      ['a burst limit', json({}, 429)],
    ])('happens after %s', async (_, step) => {
      const calling = client([step, json({ a: 1 })]).call(CALL, context(80));
      await setImmediate();
      expect(asked).toHaveLength(1);
      clock.advance(29);
      await setImmediate();
      expect(asked).toHaveLength(1);
      clock.advance(1);
      expect((await calling).body).toEqual({ a: 1 });
      expect(clock.pending).toBe(0);
    });

    it('happens once: the second failure is the last', async () => {
      const steps = [new Error('reset'), json({}, 429), json({})];
      expect((await failureOf(client(steps).call(CALL, context()), 30)).code).toBe('PROVIDER_RATE_LIMITED');
      expect(asked).toHaveLength(2);
    });

    it.each([301, 304, 400, 401, 402, 403, 404, 408, 422])('does not happen after HTTP %i', async (status) => {
      await failureOf(client([new Response(null, { status })]).call(CALL, context()));
      expect(asked).toHaveLength(1);
    });

    it('does not happen after an answer that is too large or no JSON', async () => {
      await failureOf(client([new Response('<html>')]).call(CALL, context()));
      expect(asked).toHaveLength(1);
    });

    it('does not happen where 50 milliseconds would not be left for it', async () => {
      expect((await failureOf(client([json({}, 503)]).call(CALL, context(79)))).code).toBe('PROVIDER_UNREACHABLE');
      expect(asked).toHaveLength(1);
    });

    it('waits as long as the vendor asks, if that fits', async () => {
      const limited = json({}, 429, { 'retry-after': '1' });
      const calling = client([limited, json({})]).call(CALL, context(1050));
      await setImmediate();
      clock.advance(999);
      await setImmediate();
      expect(asked).toHaveLength(1);
      clock.advance(1);
      expect((await calling).status).toBe(200);
    });

    it('gives up at once where the vendor asks for longer than anybody waits, and says for how long', async () => {
      const limited = json({}, 429, { 'retry-after': '1' });
      const error = await failureOf(client([limited]).call(CALL, context(1049)));
      expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 1000 });
    });

    it('ends its pause when nobody waits any more', async () => {
      const calling = client([json({}, 503)]).call(CALL, context());
      await setImmediate();
      expect(clock.pending).toBe(1);
      caller.abort();
      expect((await failureOf(calling)).code).toBe('PROVIDER_TIMEOUT');
      expect(asked).toHaveLength(1);
    });

    it('does not pause for somebody who went while the answer was read', async () => {
      const failureIn: FailureReader = () => {
        caller.abort();
        return undefined;
      };
      expect((await failureOf(client([json({}, 503)], failureIn).call(CALL, context()))).code).toBe('PROVIDER_TIMEOUT');
    });
  });

  describe('giving up', () => {
    it.each<[string, Step]>([
      ['never answers', 'hangs'],
      ['stops in the middle of the body', dripping],
      ['does not heed the signal', () => dripping()],
    ])('comes after the timeout on a server that %s', async (_, step) => {
      const calling = client([step]).call(CALL, context());
      await setImmediate();
      clock.advance(1499);
      expect(clock.pending).toBe(1);
      expect((await failureOf(calling, 1)).code).toBe('PROVIDER_TIMEOUT');
      expect(asked).toHaveLength(1);
      expect(asked[0]?.init.signal?.aborted).toBe(true);
    });

    it.each<[string, Step]>([
      ['before the answer', 'hangs'],
      ['in the middle of the body', dripping],
      ['and fetch does not heed it', () => dripping()],
    ])('comes at once when the caller stops %s', async (_, step) => {
      const calling = client([step]).call(CALL, context());
      await setImmediate();
      caller.abort();
      expect((await failureOf(calling)).code).toBe('PROVIDER_TIMEOUT');
    });

    it('gives each attempt its own time', async () => {
      const calling = client([json({}, 500), 'hangs']).call(CALL, context());
      await setImmediate();
      clock.advance(30);
      await setImmediate();
      clock.advance(1499);
      expect(clock.pending).toBe(1);
      expect((await failureOf(calling, 1)).code).toBe('PROVIDER_TIMEOUT');
    });
  });
});
