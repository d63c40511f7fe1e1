import { once } from 'node:events';
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { HttpClient, type Answer } from '../../test/support/http-client.js';
import type { Fault } from './faults.js';
import { SandboxServer } from './sandbox-server.js';

let sandbox: SandboxServer;
let http: HttpClient;

beforeAll(async () => {
  sandbox = await SandboxServer.start();
  http = new HttpClient(sandbox.url);
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(async () => {
  http.close();
  await sandbox.close();
});

const PATH = '/ipgeolocation/v3/security?apiKey=k&ip=185.220.101.1';
const faulty = (fault: Fault, path = PATH): Promise<Answer> => {
  sandbox.setFault('ipgeolocation', fault);
  return http.call(path);
};

/** The request as it goes over the wire, and the response once its headers are there. */
async function opened(fault: Fault): Promise<{ sent: ClientRequest; response: IncomingMessage }> {
  sandbox.setFault('ipgeolocation', fault);
  const sent = get(`${sandbox.url}${PATH}`, { agent: false });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { sent, response };
}

describe('a fault', () => {
  it('is on for its vendor only, until it is switched off', async () => {
    expect((await faulty({ kind: 'status', status: 503 })).status).toBe(503);
    expect((await http.call('/ipstack/8.8.8.8?access_key=k')).status).toBe(200);
    sandbox.setFault('ipgeolocation', undefined);
    expect((await http.call(PATH)).status).toBe(200);
  });

  it('heals after as many requests as it is for', async () => {
    const statuses = [
      await faulty({ kind: 'status', status: 500, times: 2 }),
      await http.call(PATH),
      await http.call(PATH),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([500, 500, 200]);
    expect(sandbox.requestCount('ipgeolocation')).toBe(3);
  });

  it('lets no request through to a vendor that is down, and every one to a vendor whose answer is lost', async () => {
    const event = { name: 'security-alert', to: 'soc' };
    const trigger = (): Promise<Answer> => http.post('/novu/v1/events/trigger', event, [['authorization', 'ApiKey k']]);
    sandbox.setFault('novu', { kind: 'status', status: 500 });
    await trigger();
    expect(sandbox.triggers).toHaveLength(0);
    sandbox.setFault('novu', { kind: 'reset' });
    await expect(trigger()).rejects.toThrow();
    expect(sandbox.triggers).toHaveLength(1);
  });

  it.each([
    [{ kind: 'nonsense' }, /"kind" must be one of status, hang/],
    [{ kind: 'status' }, /"status" must be a whole number from 200 to 599/],
    [{ kind: 'hang', ms: 5 }, /"hang" has no option "ms"/],
    [{ kind: 'truncated', where: 'nowhere' }, /"where" must be one of transfer, json/],
    ['hang', /JSON object/],
  ])('is refused when there is none of its kind: %j', (fault, sentence) => {
    expect(() => {
      sandbox.setFault('ipstack', fault as Fault);
    }).toThrow(sentence);
  });
});

describe('a fault of the connection', () => {
  it('hangs without an answer', async () => {
    sandbox.setFault('ipgeolocation', { kind: 'hang' });
    const answer = http.call(PATH);
    // Other vendors answer meanwhile, and the hanging call still has none.
    await http.call('/ipstack/8.8.8.8?access_key=k');
    expect(await Promise.race([answer, Promise.resolve('nothing yet')])).toBe('nothing yet');
    http.close();
    await expect(answer).rejects.toThrow();
  });

  it('refuses before any byte', async () => {
    await expect(faulty({ kind: 'refuse' })).rejects.toThrow('socket hang up');
  });

  it('resets in the middle of the body', async () => {
    const { response } = await opened({ kind: 'reset' });
    response.resume();
    const [error] = await once(response, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('sends less than it announced', async () => {
    const { response } = await opened({ kind: 'truncated' });
    let received = 0;
    response.on('data', (chunk: Buffer) => (received += chunk.length));
    await once(response, 'error');
    expect(response.complete).toBe(false);
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(Number(response.headers['content-length']));
  });

  it('delays the answer and keeps it whole', async () => {
    const { status, json } = await faulty({ kind: 'delay', ms: 5 });
    expect([status, json.security.is_tor]).toEqual([200, true]);
  });

  it('drips the body after the headers', async () => {
    const { response } = await opened({ kind: 'drip', bytesPerSecond: 1_000 });
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(1);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ ip: '185.220.101.1' });
  });

  it('drips one byte at a time where nothing else is said', async () => {
    const { sent, response } = await opened({ kind: 'drip' });
    const [first] = (await once(response, 'data')) as [Buffer];
    expect(first).toHaveLength(1);
    sent.destroy();
  });

  it('is cut off when the sandbox closes', async () => {
    const other = await SandboxServer.start();
    other.setFault('ipstack', { kind: 'hang' });
    other.setFault('beltic', { kind: 'delay', ms: 600_000 });
    const hanging = fetch(`${other.baseUrls.ipstack}/8.8.8.8`);
    const delayed = fetch(`${other.baseUrls.beltic}/v1/ips/risk`);
    const settled = Promise.allSettled([hanging, delayed]);
    while (other.requestCount('ipstack') + other.requestCount('beltic') < 2) await fetch(other.url);
    await other.close();
    await other.close();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('a fault of the body', () => {
  it('is a page instead of JSON', async () => {
    const { status, headers, text } = await faulty({ kind: 'html' });
    expect([status, headers['content-type']]).toEqual([200, 'text/html']);
    expect(text).toContain('<title>');
  });

  it('is nothing', async () => {
    const { status, text } = await faulty({ kind: 'empty' });
    expect([status, text]).toEqual([200, '']);
  });

  it('is JSON cut off with a length to match', async () => {
    const { status, text, json, headers } = await faulty({ kind: 'truncated', where: 'json' });
    expect([status, json]).toEqual([200, undefined]);
    expect(headers['content-length']).toBe(String(text.length));
  });

  it('is gzip that unpacks to far more than was sent, asked for or not', async () => {
    sandbox.setFault('ipgeolocation', { kind: 'gzip-bomb', megabytes: 20 });
    const answer = await fetch(`${sandbox.url}${PATH}`, { headers: { 'accept-encoding': 'identity' } });
    const text = await answer.text();
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(Number(answer.headers.get('content-length'))).toBeLessThan(25_000);
    expect(text.length).toBeGreaterThan(20_000_000);
    expect(JSON.parse(text)).toMatchObject({ ip: '185.220.101.1' });
  });

  it('is 200 megabytes of gzip where nothing else is said', async () => {
    const { headers } = await faulty({ kind: 'gzip-bomb' });
    expect(Number(headers['content-length'])).toBeGreaterThan(190_000);
  });

  it('is JSON of ten megabytes', async () => {
    const { text, json } = await faulty({ kind: 'huge' });
    expect(text.length).toBeGreaterThan(10_000_000);
    expect(json.security.is_tor).toBe(true);
  });

  it('is nested deeper than a recursion goes', async () => {
    const { text } = await faulty({ kind: 'deep' });
    expect(text).toHaveLength(200_000);
    expect(text.startsWith('[[[')).toBe(true);
  });

  it('has every value of another type', async () => {
    const asText = await faulty({ kind: 'wrong-types' });
    expect(asText.json.security).toMatchObject({
      is_tor: 'true',
      is_vpn: 'false',
      threat_score: '75',
      vpn_last_seen: 0,
    });
    const inLists = await faulty({ kind: 'wrong-types', as: 'list' });
    expect(inLists.json.security).toMatchObject({ is_tor: [true], threat_score: [75] });
    expect((await faulty({ kind: 'wrong-types', as: 'null' })).json).toEqual({ ip: '185.220.101.1', security: null });
  });

  it('has numbers that cannot be meant', async () => {
    const { text, json } = await faulty({ kind: 'nan' });
    expect(text).toContain('"threat_score":1e999');
    expect(json.security).toMatchObject({
      threat_score: Infinity,
      proxy_confidence_score: -5,
      vpn_confidence_score: 1000,
    });
  });

  it('has keys that pose as the machinery of objects', async () => {
    const { json } = await faulty({ kind: 'proto' });
    for (const object of [json, json.security]) {
      expect(Object.keys(object)).toEqual(expect.arrayContaining(['__proto__', 'constructor', 'then']));
    }
    expect(json.security.is_tor).toBe(true);
  });

  it('is about an address that was not asked for', async () => {
    expect((await faulty({ kind: 'other-address' })).json).toMatchObject({ ip: '9.9.9.9', security: { is_tor: true } });
    expect((await faulty({ kind: 'other-address', address: '8.8.8.8' })).json.ip).toBe('8.8.8.8');
  });

  it('damages lists entry by entry', async () => {
    sandbox.setFault('ipgeolocation', { kind: 'other-address' });
    const bulk = await http.post('/ipgeolocation/v3/security-bulk?apiKey=k', { ips: ['8.8.8.8', '8.8.4.4'] });
    expect(bulk.json).toMatchObject([{ ip: '9.9.9.9' }, { ip: '9.9.9.9' }]);
  });
});

describe('a fault of the account', () => {
  const REQUESTS = [
    ['ipstack', '/8.8.8.8?access_key=k', 200],
    ['beltic', '/v1/ips/risk', 429],
    ['ipgeolocation', '/v3/security?apiKey=k&ip=8.8.8.8', 429],
    ['apiverve', '/v1/vpndetector?ip=8.8.8.8', 429],
    ['abuseipdb', '/api/v2/check?ipAddress=8.8.8.8', 429],
    ['ipqualityscore', '/api/json/ip/k/8.8.8.8', 200],
    ['novu', '/v1/events/trigger', 402],
  ] as const;

  it.each(REQUESTS)('is a spent quota in the words of %s', async (vendor, path, status) => {
    sandbox.setFault(vendor, { kind: 'quota' });
    const answer = await http.call(`/${vendor}${path}`);
    expect([answer.status, typeof answer.json]).toEqual([status, 'object']);
    expect(answer.text).toMatch(/usage_limit|quota|depleted|Daily rate limit|used up/i);
  });

  it.each(REQUESTS)('is a burst too many in the words of %s', async (vendor, path) => {
    sandbox.setFault(vendor, { kind: 'rate-limited', retryAfterSeconds: 7 });
    const { status, headers, json } = await http.call(`/${vendor}${path}`);
    expect([status, headers['retry-after'], typeof json]).toEqual([429, '7', 'object']);
  });

  it('counts who follows a redirect', async () => {
    const { status, headers } = await faulty({ kind: 'redirect' });
    expect([status, sandbox.redirectHits]).toEqual([302, 0]);
    await fetch(headers.location ?? '');
    expect(sandbox.redirectHits).toBe(1);
  });
});
