import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import { ApiKeys } from '../src/common/config/api-keys.js';
import type { Answer } from './support/http-client.js';
import { ServiceApp } from './support/service-app.js';
import { StubProvider } from './support/stub-provider.js';

const RISK = '/v1/ips/risk';
const JSON_TYPE = [['content-type', 'application/json']] as const;
/** Deeper than any stack: a walk through it that calls itself ends in an error. */
const NESTED = '['.repeat(30_000) + ']'.repeat(30_000);
const KEY = 'a-key-of-the-tests';
const started = (keys: string[] = []): Promise<ServiceApp> =>
  ServiceApp.start({ apiKeys: new ApiKeys(keys) }, (builder) =>
    builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([new StubProvider()]),
  );

/** `{error, message}`, a sentence, and nothing about the inside of the service. */
function expectRefusal({ status, json, text }: Answer, expected = 400): void {
  expect([status, text]).toEqual([expected, text]);
  expect(Object.keys(json as object).sort()).toEqual(['error', 'message']);
  expect(json.message).toMatch(/^[A-Za-z_]\w* .+$/);
  expect(text).not.toMatch(/\bat \w+.*:\d+|node_modules|\.js\b|\.ts\b/);
}

describe('what the REST API refuses', () => {
  let service: ServiceApp;

  beforeAll(async () => {
    service = await started();
  });

  afterAll(() => service.close());

  it.each([
    '',
    ' 8.8.8.8',
    '8.8.8.8 ',
    '8.8.8.8\n',
    '8.8.8.8/../check',
    '8.8.8.8/32',
    '8.8.8.8,1.1.1.1',
    '8.8.8.8:80',
    '8.8.8',
    '8.8.8.8.8',
    '8.8.8.256',
    '010.0.0.1',
    '0x8.8.8.8',
    '134744072',
    '[2606:4700::1]',
    '::ffff:1.2.3.4%eth0',
    'fe80::1%eth0',
    '1::2::3',
    '12345::',
    'localhost',
    '８.8.8.8',
    '\u0000',
    "' OR 1=1 --",
    'x'.repeat(300),
    '8'.repeat(60_000),
  ])('refuses %j with the documented body', async (ip_address) => {
    const { status, json } = await service.http.post(RISK, { ip_address });
    expect(status).toBe(400);
    expect(json).toEqual({
      error: 'Invalid IP address format',
      message: 'IP address must be in valid IPv4 or IPv6 format',
    });
  });

  it.each([
    ['an unknown field', { ip_address: '8.8.8.8', ip: '8.8.8.8' }, 'There is no field "ip"; remove it.'],
    ['a number', { ip_address: 134744072 }, 'ip_address must be text.'],
    ['a list', { ip_address: ['8.8.8.8'] }, 'ip_address must be text.'],
    ['an object', { ip_address: { toString: 1 } }, 'ip_address must be text.'],
    ['null', { ip_address: null }, 'ip_address must be text.'],
    ['true', { ip_address: true }, 'ip_address must be text.'],
    ['no address', {}, 'ip_address must be text.'],
    ['a user agent that is too long', { ip_address: '8.8.8.8', user_agent: 'x'.repeat(1025) }, /1024 characters/],
    ['a user that is no text', { ip_address: '8.8.8.8', user_id: 42 }, 'user_id must be text.'],
    ['a country by name', { ip_address: '8.8.8.8', claimed_country: 'Germany' }, /two letters/],
    ['an unknown policy', { ip_address: '8.8.8.8', policy: 'constructor' }, /^policy must be one of: login, /],
    ['a list for a body', [{ ip_address: '8.8.8.8' }], 'The body must be a JSON object.'],
    ['an empty list for a body', [], 'The body must be a JSON object.'],
    ['an unknown field that nests deep', `{"ip_address":"8.8.8.8","ip":${NESTED}}`, 'The body is nested too deep.'],
    ['an address that nests deep', `{"ip_address":${NESTED}}`, 'The body is nested too deep.'],
    ['an unknown field that nests', '{"ip_address":"8.8.8.8","ip":[[[]]]}', 'There is no field "ip"; remove it.'],
    ['an address that nests', '{"ip_address":[[[]]]}', 'ip_address must be text.'],
  ])('refuses %s with a sentence that says what is wrong', async (_case, body, sentence) => {
    const answer = await service.http.post(RISK, body, typeof body === 'string' ? JSON_TYPE : []);
    expectRefusal(answer);
    expect(answer.json.error).toBe('Invalid request');
    expect(answer.json.message).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then', '__defineGetter__'])(
    'refuses a field that is named like a method: %s',
    async (name) => {
      const answer = await service.http.post(RISK, `{"ip_address":"8.8.8.8","${name}":1}`, JSON_TYPE);
      expectRefusal(answer);
      expect(answer.json.message).toBe(`There is no field "${name}"; remove it.`);
    },
  );

  it.each([
    ['broken JSON', '{"ip_address": '],
    ['JSON with more after it', '{"ip_address":"8.8.8.8"}}'],
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '8'],
    ['text', '"8.8.8.8"'],
    ['a prototype', '{"ip_address":"8.8.8.8","__proto__":{"isAdmin":true}}'],
    ['a prototype of the constructor', '{"ip_address":"8.8.8.8","constructor":{"prototype":{"isAdmin":true}}}'],
    ['more than 64 KiB', `{"ip_address":"${'8'.repeat(65_536)}"}`],
    ['more than 1 MiB', `{"ip_address":"${'8'.repeat(1_048_576)}"}`],
    ['lists in lists', NESTED],
    ['bytes that are no text', '\u0000\u0001'],
  ])('refuses a body of %s', async (_case, body) => {
    const answer = await service.http.post(RISK, body, JSON_TYPE);
    expectRefusal(answer);
    expect(answer.json.error).toBe('Invalid request');
    expect(Object.prototype).not.toHaveProperty('isAdmin');
  });

  it.each(['application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ';;;'])(
    'refuses a body of the type %s and says which type to send',
    async (type) => {
      const answer = await service.http.post(RISK, '{"ip_address":"8.8.8.8"}', [['content-type', type]]);
      expect(answer.status).toBe(415);
      expect(answer.json).toEqual({ error: 'Unsupported media type', message: 'Send the body as application/json.' });
    },
  );

  it('refuses a body of plain text', async () => {
    expectRefusal(await service.http.post(RISK, '{"ip_address":"8.8.8.8"}', [['content-type', 'text/plain']]));
  });

  it.each([
    ['GET', '/nothing'],
    ['GET', RISK],
    ['PUT', RISK],
    ['POST', '/v1/fraud-score'],
    ['GET', '/docs/constructor'],
    ['GET', '/docs/__proto__'],
    ['GET', '/docs/package.json'],
    ['GET', '/docs/LICENSE'],
    ['GET', '/docs/..%2f..%2fpackage.json'],
    ['GET', '/v1/ips/risk?%'],
  ])('has nothing at %s %s', async (method, path) => {
    expectRefusal(await service.http.call(path, { method }), 404);
  });

  it.each(['/%', '/%ff', '/docs/%c0%ae'])('refuses the path %s', async (path) => {
    expectRefusal(await service.http.call(path));
  });
});

describe('the REST API with keys', () => {
  let service: ServiceApp;
  const asked = { ip_address: '8.8.8.8' };

  beforeAll(async () => {
    service = await started(['another-key-of-the-tests', KEY]);
  });

  afterAll(() => service.close());

  it.each([
    ['none', []],
    ['an empty one', [['x-api-key', '']]],
    ['a wrong one', [['x-api-key', `${KEY}x`]]],
    ['half of one', [['x-api-key', KEY.slice(0, -1)]]],
    ['both, as one', [['x-api-key', `another-key-of-the-tests,${KEY}`]]],
    [
      'one twice',
      [
        ['x-api-key', KEY],
        ['x-api-key', KEY],
      ],
    ],
    ['one in another header', [['authorization', KEY]]],
  ] as [string, [string, string][]][])('refuses a caller with the wrong key: %s', async (_case, headers) => {
    const { status, json } = await service.http.post(RISK, asked, headers);
    expect(status).toBe(401);
    expect(json).toEqual({ error: 'Unauthorized', message: 'Invalid or missing API key' });
  });

  it.each([KEY, 'another-key-of-the-tests'])('answers a caller with a right key: %s', async (key) => {
    expect((await service.http.post(RISK, asked, [['x-api-key', key]])).status).toBe(200);
  });

  it('looks at the key before the body', async () => {
    expect((await service.http.post(RISK, { nonsense: 1 })).status).toBe(401);
    expectRefusal(await service.http.post(RISK, { nonsense: 1 }, [['x-api-key', KEY]]));
  });

  it.each(['/v1/fraud-score', '/health/live', '/health/ready'])('asks for no key at %s', async (path) => {
    expect((await service.http.from('8.8.8.8', path)).status).toBe(200);
  });
});
