import { createConnection } from 'node:net';
import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import { ApiKeys } from '../src/common/config/api-keys.js';
import { readServiceConfig, type ServiceConfig } from '../src/common/config/service-config.js';
import type { Answer, Call } from './support/http-client.js';
import { ServiceApp } from './support/service-app.js';
import { CLIENTS, StubProvider } from './support/stub-provider.js';

jest.setTimeout(60_000);

const RISK = '/v1/ips/risk';
const BULK = '/v1/ips/risk/bulk';
const SCORE = '/v1/fraud-score';
const KEY = 'a-key-of-the-tests';
const OTHER_KEY = 'another-key-of-the-tests';
const BODY = { ip_address: '8.8.8.8' };
const CLIENT = '9.9.7.7';

let stub: StubProvider;
let services: ServiceApp[] = [];

const started = async (settings: Partial<ServiceConfig>): Promise<ServiceApp> => {
  const service = await ServiceApp.start(settings, (builder) =>
    builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([stub]),
  );
  services.push(service);
  return service;
};

beforeEach(() => {
  stub = new StubProvider();
});
afterEach(async () => {
  for (const service of services) await service.close();
  services = [];
});

const withKey = (key: string): [string, string][] => [['x-api-key', key]];
const times = async (count: number, call: (index: number) => Promise<Answer>): Promise<Answer[]> => {
  const answers: Answer[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await call(index));
  return answers;
};
const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);
/** The numbers of the two fields, as far as the draft's syntax is kept. */
const standing = ({ headers }: Answer): (number | undefined)[] => {
  const policy = /^"default";q=(\d+);w=(\d+)$/.exec(String(headers['ratelimit-policy']));
  const limit = /^"default";r=(\d+);t=(\d+)$/.exec(String(headers['ratelimit']));
  return [policy?.[1], policy?.[2], limit?.[1], limit?.[2]].map((text) =>
    text === undefined ? undefined : Number(text),
  );
};

describe('the limit of requests', () => {
  it('is 600 a minute unless it is set', async () => {
    const { throttleLimit } = readServiceConfig({});
    const { http } = await started({ throttleLimit });
    const [first] = await times(1, () => http.from(CLIENT, SCORE));
    expect(first === undefined ? [] : standing(first).slice(0, 3)).toEqual([600, 60, 599]);
    const answers = await Promise.all(Array.from({ length: 620 }, () => http.from(CLIENT, SCORE)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(599);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(21);
  });

  it('refuses with a sentence, and says when to come again and nothing else', async () => {
    const { http } = await started({ throttleLimit: 2 });
    const answers = await times(3, () => http.post(RISK, BODY));
    expect(answers.map((answer) => [answer.status, ...standing(answer).slice(0, 3)])).toEqual([
      [200, 2, 60, 1],
      [200, 2, 60, 0],
      [429, 2, 60, 0],
    ]);
    const refused = answers[2];
    const seconds = Number(refused?.headers['retry-after']);
    expect([seconds >= 1, seconds <= 60, seconds]).toEqual([true, true, refused && standing(refused)[3]]);
    expect(refused?.json).toEqual({
      error: 'Too many requests',
      message: `The limit of requests is reached. Try again in ${seconds} seconds.`,
    });
    for (const { headers } of answers) expect(Object.keys(headers).join()).not.toMatch(/x-ratelimit/);
  });

  it('is off at 0', async () => {
    const { http } = await started({ throttleLimit: 0 });
    const answers = await times(5, () => http.post(RISK, BODY));
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200]);
    expect(Object.keys(answers[0]?.headers ?? {}).join()).not.toMatch(/ratelimit/);
  });

  it('holds for every route of the API, and for no page and no health check', async () => {
    const { http } = await started({ throttleLimit: 1 });
    const { json } = await http.call('/docs-json');
    const paths = json.paths as Record<string, Record<string, { responses: Record<string, object> }>>;
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => ({ path, method: method.toUpperCase(), responses })),
    );
    expect(calls.length).toBeGreaterThan(5);
    for (const [index, { path, method, responses }] of calls.entries()) {
      const call = { method, headers: [['x-forwarded-for', `9.9.8.${index}`]] } as Call;
      await http.call(path, call);
      const isLimited = path.startsWith('/v1/');
      expect([path, (await http.call(path, call)).status === 429]).toEqual([path, isLimited]);
      expect([path, Object.keys(responses).includes('429')]).toEqual([path, isLimited]);
    }
    for (const page of ['/docs', '/docs-json', '/docs/start.js']) {
      expect(statuses(await times(3, () => http.call(page)))).toEqual([200, 200, 200]);
    }
  });

  it('asks no provider for a refused request', async () => {
    const { http } = await started({ throttleLimit: 1 });
    await http.post(RISK, { ip_address: '9.9.1.1' });
    expect((await http.post(RISK, { ip_address: '9.9.1.2' })).status).toBe(429);
    expect((await http.post(BULK, { ips: ['9.9.1.3'] })).status).toBe(429);
    expect(stub.asked).toEqual(['9.9.1.1']);
  });

  it('counts requests whose body is broken, and reads none of a refused one', async () => {
    const { http, app } = await started({ throttleLimit: 2 });
    const broken = (): Promise<Answer> => http.post(RISK, '{"ip_address": ', [['content-type', 'application/json']]);
    const answers = await times(3, broken);
    expect(statuses(answers)).toEqual([400, 400, 429]);
    expect(answers.map((answer) => standing(answer)[2])).toEqual([1, 0, 0]);
    // Two megabytes are announced and none is sent: who waits for them would not answer.
    const { port, hostname } = new URL(await app.getUrl());
    const socket = createConnection(Number(port), hostname);
    const head = await new Promise<string>((resolve, reject) => {
      socket.on('error', reject).once('data', (data) => {
        resolve(data.toString());
      });
      socket.write(
        `POST ${BULK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n`,
      );
    });
    socket.destroy();
    expect(head).toMatch(/^HTTP\/1\.1 429 /);
  });
});

describe('without keys the limit is that of the client network', () => {
  it('one for each IPv4 address, one for each IPv6 /64, and one for an IPv4 address however it is wrapped', async () => {
    const { http } = await started({ throttleLimit: 2 });
    const from = async (...clients: string[]): Promise<number[]> =>
      statuses(await times(clients.length, (index) => http.from(clients[index] ?? '', SCORE)));
    expect(await from('9.9.7.1', '9.9.7.1', '9.9.7.1', '9.9.7.2')).toEqual([200, 200, 429, 200]);
    const subscriber = ['2a02:8109:1:1::1', '2a02:8109:1:1::2', '2a02:8109:1:1:ffff::3', '2a02:8109:1:2::1'];
    expect(await from(...subscriber)).toEqual([200, 200, 429, 200]);
    expect(await from('2002:909:703:1::1', '2002:909:703:2::1', '9.9.7.3')).toEqual([200, 200, 429]);
  });

  it('is not changed by any header of a client that no trusted proxy speaks for', async () => {
    const { http } = await started({ throttleLimit: 3, trustedProxies: [] });
    const forged = [
      'x-forwarded-for',
      'forwarded',
      'x-real-ip',
      'true-client-ip',
      'cf-connecting-ip',
      'via',
      'x-api-key',
    ];
    const answers = await times(12, (index) =>
      http.call(SCORE, { headers: [[forged[index % forged.length] ?? '', `9.9.7.${index}`]] }),
    );
    expect(statuses(answers).filter((status) => status !== 429)).toHaveLength(3);
  });

  it('counts clients whose address cannot be read as one', async () => {
    const { http } = await started({ throttleLimit: 2 });
    const answers = await times(4, (index) => http.from(`nonsense-${index}`, SCORE));
    expect(statuses(answers).at(-1)).toBe(429);
  });

  it('is tighter for a risky network, without a word of why and without a lookup', async () => {
    const { http } = await started({ throttleLimit: 8 });
    // The first request is what its verdict comes from; nobody knew of it before.
    const allowed = async (client: string): Promise<number> => {
      const answers = await times(10, () => http.from(client, SCORE));
      return statuses(answers).filter((status) => status === 200).length;
    };
    expect(await allowed(CLIENTS.clean)).toBe(8);
    expect(await allowed(CLIENTS.tor)).toBe(1 + 3);
    expect(await allowed(CLIENTS.worst)).toBe(1 + 1);
    expect(stub.asked).toHaveLength(3);
    const refused = await http.from(CLIENTS.worst, SCORE);
    expect(refused.text).toMatch(
      /^\{"error":"Too many requests","message":"The limit of requests is reached\. Try again in \d+ seconds\."\}$/,
    );
    // Its first request cost 1, as nobody knew of it, and its second 4.
    expect(standing(refused).slice(0, 3)).toEqual([8, 60, 3]);
  });
});

describe('with keys the limit is that of the key', () => {
  const keys = new ApiKeys([KEY, `${OTHER_KEY};limit=4`]);
  const asWith = (service: ServiceApp, key: string, client = CLIENT): Promise<Answer> =>
    service.http.post(RISK, BODY, [...withKey(key), ['x-forwarded-for', client]]);

  it('its own where it has one, wherever its holder calls from', async () => {
    const service = await started({ apiKeys: keys, throttleLimit: 2 });
    const answers = await times(3, (index) => asWith(service, KEY, `9.9.7.${index}`));
    expect(statuses(answers)).toEqual([200, 200, 429]);
    expect(statuses(await times(5, () => asWith(service, OTHER_KEY)))).toEqual([200, 200, 200, 200, 429]);
  });

  it('however risky the network of its holder is', async () => {
    const service = await started({ apiKeys: keys, throttleLimit: 4 });
    await service.http.post(RISK, { ip_address: CLIENTS.worst }, withKey(KEY));
    const answers = await times(4, () => asWith(service, KEY, CLIENTS.worst));
    expect(statuses(answers)).toEqual([200, 200, 200, 429]);
  });

  it('and callers who need none are counted by their network, whatever key they send', async () => {
    const service = await started({ apiKeys: keys, throttleLimit: 2 });
    const answers = await times(4, (index) =>
      service.http.from(CLIENT, SCORE, { headers: withKey(index % 2 === 0 ? KEY : OTHER_KEY) }),
    );
    expect(statuses(answers)).toEqual([200, 200, 429, 429]);
    expect((await asWith(service, KEY)).status).toBe(200);
  });

  it('and wrong keys are counted by their network, where right ones go on being let in', async () => {
    const service = await started({ apiKeys: keys, throttleLimit: 3 });
    const wrong = await times(5, (index) => asWith(service, `${KEY}-${index}`));
    expect(statuses(wrong)).toEqual([401, 401, 401, 429, 429]);
    expect(wrong[4]?.headers['retry-after']).toMatch(/^\d+$/);
    expect((await asWith(service, KEY)).status).toBe(200);
    const list = await service.http.post(BULK, { ips: ['8.8.8.8'] }, [...withKey(KEY), ['x-forwarded-for', CLIENT]]);
    expect(list.status).toBe(200);
    expect((await asWith(service, `${KEY}-6`, '9.9.7.8')).status).toBe(401);
    expect((await service.http.from(CLIENT, SCORE)).status).toBe(200);
  });

  it('and a right key clears nobody: it takes nothing from the count of wrong ones', async () => {
    const service = await started({ apiKeys: keys, throttleLimit: 2 });
    const answers = await times(5, (index) =>
      asWith(service, index % 2 === 0 ? 'a-wrong-key-of-the-tests' : OTHER_KEY),
    );
    expect(statuses(answers)).toEqual([401, 200, 401, 200, 429]);
  });
});
