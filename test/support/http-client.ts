import { Agent, request, type IncomingHttpHeaders } from 'node:http';

export interface Call {
  /** @default 'GET' */
  readonly method?: string;
  /** One pair a header line, so that a name can come twice. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** An object is sent as JSON; text as it is. */
  readonly body?: object | string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; `undefined` when it is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any;
}

/** Keeps its connections, so that thousands of calls need few of them. End it with `close`. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(private readonly baseUrl: string) {}

  call(path: string, { method = 'GET', headers = [], body }: Call = {}): Promise<Answer> {
    const payload =
      body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const { host } = new URL(this.baseUrl);
    const lines = [['host', host], ...headers];
    if (typeof body === 'object') lines.push(['content-type', 'application/json']);
    // Without a length Node would send POST in chunks, which is a body, though an empty one.
    if (method !== 'GET' && method !== 'HEAD') lines.push(['content-length', String(payload?.length ?? 0)]);
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.baseUrl),
        { method, agent: this.agent, headers: lines.flat() },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: jsonOf(text) });
          });
        },
      );
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  /** A call by way of the trusted proxy in front of the app, which says that `client` sent it. */
  from(client: string, path: string, call: Call = {}): Promise<Answer> {
    return this.call(path, { ...call, headers: [['x-forwarded-for', client], ...(call.headers ?? [])] });
  }

  post(path: string, body: object | string, headers: Call['headers'] = []): Promise<Answer> {
    return this.call(path, { method: 'POST', body, headers });
  }

  close(): void {
    this.agent.destroy();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
