import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './support/eventually.js';
import type { Call } from './support/http-client.js';
import { callFrom } from './support/nginx-client.js';
import { FORGED, FORGERIES } from './support/nginx-forgeries.js';
import { NginxProcess, NO_NGINX } from './support/nginx-process.js';

const hasNginx = NginxProcess.isInstalled();
if (!hasNginx) process.stdout.write(NO_NGINX);
const describeWithNginx = hasNginx ? describe : describe.skip;

const KEY = 'a-key-of-the-tests';
const CLIENTS = ['127.0.0.2', '127.0.0.3'] as const;
/** More than sockets hold. */
const FLOOD_MB = 64;

describeWithNginx('config/nginx.conf, before an echo', () => {
  /** Waits for whoever finishes the answer to `/v1/ips/risk/bulk`. */
  let openAnswer: ServerResponse | undefined;
  let flooded = 0;
  let echo: Server;

  const flood = async (answer: ServerResponse): Promise<void> => {
    const megabyte = Buffer.alloc(1024 * 1024, '\n');
    while (flooded < FLOOD_MB && !answer.destroyed) {
      flooded += 1;
      if (!answer.write(megabyte)) await Promise.race([once(answer, 'drain'), once(answer, 'close')]);
    }
    answer.end();
  };
  let nginx: NginxProcess;

  beforeAll(async () => {
    echo = createServer((asked, answer) => {
      asked.resume();
      if (asked.url === '/v1/ips/risk/bulk?flood') {
        answer.writeHead(200, { 'content-type': 'application/x-ndjson' });
        void flood(answer);
      } else if (asked.url === '/v1/ips/risk/bulk') {
        answer.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"line":1}\n');
        openAnswer = answer;
      } else if (asked.url === '/v1/refuses') {
        answer.writeHead(503, { 'content-type': 'application/json' }).end('{"error":"IP_RISK_UNAVAILABLE"}');
      } else {
        answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(asked.rawHeaders));
      }
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    nginx = await NginxProcess.start((echo.address() as AddressInfo).port, '127.0.0.9 81.2.69.142;\n');
  }, 30_000);

  afterAll(async () => {
    await nginx.close();
    echo.closeAllConnections();
    echo.close();
  });

  const headersOf = async (client: string, headers: Call['headers'] = []): Promise<[string, string][]> => {
    const { json } = await callFrom(client, `${nginx.url}/v1/fraud-score`, { headers });
    const raw = json as string[];
    return raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? '']] : []));
  };

  it.each(['127.0.0.1', ...CLIENTS])('names %s by its own address, once', async (client) => {
    const headers = await headersOf(client);
    expect(headers.filter(([name]) => name === 'x-forwarded-for')).toEqual([['x-forwarded-for', client]]);
  });

  it.each(FORGERIES)('hands on nothing that a client claims: %s', async (...forged) => {
    const headers = await headersOf('127.0.0.2', forged);
    expect(headers.filter(([name]) => name === 'x-forwarded-for')).toEqual([['x-forwarded-for', '127.0.0.2']]);
    expect(JSON.stringify(headers)).not.toContain(FORGED);
    expect(
      headers.map(([name]) => name).filter((name) => /forwarded|real.ip|client.ip|connecting|via/.test(name)),
    ).toEqual(['x-forwarded-for', 'x-forwarded-proto']);
  });

  it('hands on what is no claim about the sender', async () => {
    const headers = await headersOf('127.0.0.2', [
      ['x-api-key', KEY],
      ['user-agent', 'a browser'],
    ]);
    expect(headers).toEqual(
      expect.arrayContaining([
        ['x-api-key', KEY],
        ['user-agent', 'a browser'],
      ]),
    );
  });

  it("lets a developer's address play another one, by development.map alone", async () => {
    const played = await headersOf('127.0.0.9', [['x-forwarded-for', FORGED]]);
    expect(played).toContainEqual(['x-forwarded-for', '81.2.69.142']);
  });

  it('passes a line of a list on before the next one is written', async () => {
    const sent = request(`${nginx.url}/v1/ips/risk/bulk`, { agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    const [first] = (await once(answer, 'data')) as [Buffer];
    expect(first.toString()).toBe('{"line":1}\n');
    openAnswer?.end('{"line":2}\n');
    const [second] = (await once(answer, 'data')) as [Buffer];
    expect(second.toString()).toBe('{"line":2}\n');
  });

  it('has the service wait for a caller who does not read on', async () => {
    const sent = request(`${nginx.url}/v1/ips/risk/bulk?flood`, { agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let [last, still] = [-1, 0];
    await eventually(() => {
      still = flooded === last ? still + 1 : 0;
      last = flooded;
      expect(still).toBeGreaterThan(50);
    });
    // Sockets on the way hold some megabytes.
    expect(flooded).toBeLessThan(FLOOD_MB);
    answer.destroy();
  }, 30_000);

  it("passes the service's own refusals on as they are", async () => {
    const { status, json } = await callFrom('127.0.0.2', `${nginx.url}/v1/refuses`);
    expect([status, json]).toEqual([503, { error: 'IP_RISK_UNAVAILABLE' }]);
  });

  it('says neither its version nor its name in an error, and words a huge body as the service does', async () => {
    const body = 'x'.repeat(5 * 1024 * 1024 + 1);
    const { status, json, headers } = await callFrom('127.0.0.2', `${nginx.url}/v1/ips/risk`, { method: 'POST', body });
    expect([status, json]).toEqual([400, { error: 'Invalid request', message: expect.any(String) }]);
    expect(headers.server).toBe('nginx');
  });

  it('logs JSON without addresses, queries, keys or ids', async () => {
    for (const path of ['/v1/ips/8.8.4.4?key=secret-1', '/v1/users/user-77/journey?a=b', '/a"/8.8.4.4', '/docs']) {
      await callFrom('127.0.0.3', `${nginx.url}${path}`, { headers: [['x-api-key', KEY]] });
    }
    // Written once a request is over, which may be after its answer has arrived, and after the line of the next one.
    await eventually(() => {
      const lines = nginx.output.trimEnd().split('\n');
      const logged = lines.map((line) => (JSON.parse(line) as { readonly path: string }).path);
      expect(logged.slice(-5)).toEqual(expect.arrayContaining(['/v1/ips/*', '/v1/users/*', 'other', '/docs']));
    });
    expect(nginx.output).not.toMatch(/8\.8\.4\.4|secret-1|user-77|a-key-of|127\.0\.0\.\d|9\.9\.9\.9/);
  });
});
