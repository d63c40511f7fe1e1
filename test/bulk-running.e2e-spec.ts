import { request, type ClientRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { IP_INTELLIGENCE_PROVIDERS, type IpAddress, type IpIntelligence } from 'nestjs-ip-risk';
import { ServiceApp } from './support/service-app.js';
import { CLIENTS, StubProvider } from './support/stub-provider.js';

const BULK = '/v1/ips/risk/bulk';

/** Distinct global addresses of the network. */
const addresses = (network: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${network}.0.${index >> 8}.${index & 255}`);

/** Answers nothing until it is told to. */
class HeldProvider extends StubProvider {
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  constructor() {
    super('vendor');
  }

  override async lookup(address: IpAddress): Promise<IpIntelligence> {
    const answer = super.lookup(address);
    await this.released;
    return answer;
  }

  answer(): void {
    this.release();
  }
}

/** Resolves when the server has seen so many answers end or be given up. */
const closedAnswers = (server: Server, count: number): Promise<void> =>
  new Promise((resolve) => {
    let left = count;
    server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
      response.once('close', () => {
        left -= 1;
        if (left === 0) resolve();
      });
    });
  });

interface OpenCall {
  readonly sent: ClientRequest;
  readonly response: IncomingMessage;
  readonly text: Promise<string>;
}

describe('the bulk API while lookups take their time', () => {
  let service: ServiceApp;
  let provider: HeldProvider;

  beforeEach(async () => {
    provider = new HeldProvider();
    service = await ServiceApp.start({}, (builder) =>
      builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([provider]),
    );
  }, 60_000);

  afterEach(() => service.close());

  /** Resolves with the headers, which come before any item. */
  const opened = async (ips: readonly string[]): Promise<OpenCall> => {
    const url = new URL(BULK, await service.app.getUrl());
    const headers = { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        const text = new Promise<string>((done, failed) => {
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', failed);
          response.on('end', () => {
            done(Buffer.concat(chunks).toString());
          });
        });
        resolve({ sent, response, text });
      });
      sent.on('error', reject);
      sent.end(JSON.stringify({ ips }));
    });
  };

  it('tells a fifth caller at the same time to come again', async () => {
    const running = await Promise.all([1, 2, 3, 4].map(() => opened([CLIENTS.tor])));
    expect(running.map(({ response }) => response.statusCode)).toEqual([200, 200, 200, 200]);
    const fifth = await service.http.post(BULK, { ips: [CLIENTS.tor] });
    expect([fifth.status, fifth.headers['retry-after']]).toEqual([429, '5']);
    expect(fifth.json).toEqual({
      error: 'Too many bulk requests',
      message: '4 bulk requests are running. Try again in 5 seconds.',
    });
    provider.answer();
    const texts = await Promise.all(running.map(({ text }) => text));
    expect(texts.map((text) => JSON.parse(text) as unknown)).toMatchObject(
      Array.from({ length: 4 }, () => [{ score: 50 }]),
    );
    expect((await service.http.post(BULK, { ips: [CLIENTS.tor] })).status).toBe(200);
  });

  it('logs no error for callers who go away, before their list is there or while it is answered', async () => {
    const errors: unknown[] = [];
    const ignore = (): void => undefined;
    service.app.useLogger({ log: ignore, warn: ignore, error: (...told: unknown[]) => errors.push(told) });
    const gone = closedAnswers(service.app.getHttpServer() as Server, 2);
    const headers = { 'content-type': 'application/json', 'content-length': '1000' };
    const broken = request(new URL(BULK, await service.app.getUrl()), { method: 'POST', headers, agent: false });
    broken.on('error', ignore).write('{"ips":', () => setTimeout(() => broken.destroy(), 100));
    const { sent, text } = await opened(addresses(81, 5000));
    text.catch(ignore);
    sent.destroy();
    await gone;
    provider.answer();
    expect((await service.http.post(BULK, { ips: [CLIENTS.tor] })).status).toBe(200);
    expect(errors).toEqual([]);
  });

  it('looks nothing more up for a caller who has gone', async () => {
    const networks = [81, 83, 84, 85];
    const gone = closedAnswers(service.app.getHttpServer() as Server, networks.length);
    const running = await Promise.all(networks.map((network) => opened(addresses(network, 5000))));
    for (const { sent, text } of running) {
      text.catch(() => undefined);
      sent.destroy();
    }
    await gone;
    provider.answer();
    // There is room again once the lookups that were under way are done.
    const ips = addresses(82, 500);
    let answer = await service.http.post(BULK, { ips });
    while (answer.status === 429) answer = await service.http.post(BULK, { ips });
    expect(answer.json).toHaveLength(500);
    // One batch for each of them, and nothing after it.
    const askedForThem = provider.asked.filter((ip) => !ip.startsWith('82.'));
    expect([askedForThem.length > 0, askedForThem.length <= 4 * 64]).toEqual([true, true]);
  }, 30_000);
});
