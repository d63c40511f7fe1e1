import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { systemClock } from '../clock/clock.js';
import { ProviderError } from '../errors/ip-risk.error.js';
import { VendorHttpClient, type VendorCall } from './vendor-http-client.js';

const KEY = 'canary-key-0123456789';
const CALL: VendorCall = { path: '/v1/8.8.8.8', query: { access_key: KEY }, headers: { 'X-Api-Key': KEY } };

/** What the runtime's own fetch does, against a server on this machine. */
describe('VendorHttpClient on the wire', () => {
  let server: Server;
  let clock: FakeClock;
  let baseUrl: string;
  let client: VendorHttpClient;
  let answer: RequestListener;
  let sockets: Set<Socket>;
  let asked: number;
  let onAsked: () => void;

  beforeEach(async () => {
    clock = new FakeClock();
    sockets = new Set();
    asked = 0;
    onAsked = () => undefined;
    server = createServer((request, response) => {
      asked += 1;
      sockets.add(request.socket);
      answer(request, response);
      onAsked();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new VendorHttpClient({ providerId: 'example', baseUrl, timeoutMs: 1500, clock, fetch });
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  // The deadline leaves no room for a second attempt: the first one's failure is what is looked at.
  const ask = () => client.call(CALL, { signal: new AbortController().signal, deadlineAt: clock.now() });

  async function failure(call: Promise<unknown> = ask()): Promise<string> {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ProviderError);
    const seen = [(error as Error).stack, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })];
    expect(seen.join('\n')).not.toMatch(/canary-key|127\.0\.0\.1|x-api-key/i);
    expect(clock.pending).toBe(0);
    return (error as ProviderError).code;
  }

  it('keeps its connection from one call to the next', async () => {
    answer = (_, response) => response.setHeader('content-type', 'application/json').end('{"a":1}');
    for (let call = 1; call <= 3; call += 1) {
      expect((await ask()).body).toEqual({ a: 1 });
      // The runtime takes the connection back a turn after the body's end.
      await setImmediate();
    }
    expect([asked, sockets.size]).toEqual([3, 1]);
  });

  it('keeps it also after an error that came as JSON', async () => {
    answer = (_, response) => response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
    expect(await failure()).toBe('PROVIDER_UNAUTHORIZED');
    await setImmediate();
    expect(await failure()).toBe('PROVIDER_UNAUTHORIZED');
    expect(sockets.size).toBe(1);
  });

  it('asks for JSON without an encoding, and sends the key as it was given', async () => {
    let headers: unknown;
    answer = (request, response) => {
      headers = request.headers;
      response.setHeader('content-type', 'application/json').end('{}');
    };
    await ask();
    expect(headers).toMatchObject({ accept: 'application/json', 'accept-encoding': 'identity', 'x-api-key': KEY });
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with %i', async (status) => {
    answer = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end();
    expect(await failure()).toBe('PROVIDER_BAD_RESPONSE');
    expect(asked).toBe(1);
  });

  it('takes an encoding that nobody asked for, and that may unfold to gigabytes, for no answer', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    answer = (_, response) => response.writeHead(200, headers).end(gzipSync('{"a":1}'));
    expect(await failure()).toBe('PROVIDER_BAD_RESPONSE');
  });

  it.each(['text/html', 'application/json'])('ends the connection of an endless answer of type %s', async (type) => {
    let onClose = (): void => undefined;
    const closed = new Promise<void>((resolve) => (onClose = resolve));
    answer = (request, response) => {
      request.socket.on('close', onClose);
      response.writeHead(200, { 'content-type': type });
      response.write(' '.repeat(300 * 1024));
    };
    expect(await failure()).toBe('PROVIDER_BAD_RESPONSE');
    await closed;
  });

  it('takes a connection that is reset in the middle for unreachable', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{"a":', () => response.socket?.resetAndDestroy());
    };
    expect(await failure()).toBe('PROVIDER_UNREACHABLE');
  });

  it('takes an answer that is cut short for unreachable', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{"a":1}', () => response.socket?.end());
    };
    expect(await failure()).toBe('PROVIDER_UNREACHABLE');
  });

  it('takes a refused connection for unreachable', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await failure()).toBe('PROVIDER_UNREACHABLE');
  });

  it.each([
    ['says nothing', () => undefined],
    [
      'sends a byte now and then',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{');
      },
    ],
  ] satisfies [string, RequestListener][])('gives up on a server that %s', async (_, listener) => {
    answer = listener;
    const arrived = new Promise<void>((resolve) => (onAsked = resolve));
    const calling = failure();
    await arrived;
    clock.advance(1499);
    await setImmediate();
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await calling).toBe('PROVIDER_TIMEOUT');
  });

  it('tries again on a new connection after the old one was cut', async () => {
    answer = (request, response) => {
      if (asked === 1) request.socket.destroy();
      else response.setHeader('content-type', 'application/json').end('{"a":1}');
    };
    client = new VendorHttpClient({ providerId: 'example', baseUrl, timeoutMs: 5000, clock: systemClock, fetch });
    const calling = client.call(CALL, { signal: new AbortController().signal, deadlineAt: Infinity });
    expect((await calling).body).toEqual({ a: 1 });
    expect([asked, sockets.size]).toEqual([2, 2]);
  });
});
