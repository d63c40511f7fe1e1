import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpClient } from '../../test/support/http-client.js';
import { SandboxServer } from './sandbox-server.js';
import { VENDOR_NAMES } from './vendor.js';

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

describe('the sandbox', () => {
  it('listens on loopback and nowhere else', async () => {
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect(SandboxServer.start({ host: '0.0.0.0' })).rejects.toThrow('loopback only, not on "0.0.0.0"');
  });

  it('takes a port, and says when it is taken', async () => {
    await expect(SandboxServer.start({ port: Number(new URL(sandbox.url).port) })).rejects.toThrow('EADDRINUSE');
  });

  it('gives every vendor a base URL with a path of its own', () => {
    expect(Object.keys(sandbox.baseUrls)).toEqual([...VENDOR_NAMES]);
    expect(sandbox.baseUrls.ipstack).toBe(`${sandbox.url}/ipstack`);
  });

  it('remembers who was asked what, and no key', async () => {
    await http.call('/ipqualityscore/api/json/ip/a-secret/8.8.8.8?strictness=1');
    await http.call('/ipqualityscore/api/json/ip/wrong-key/8.8.4.4');
    await http.call('/ipstack/8.8.8.8,9.9.9.9?access_key=a-secret');
    await http.post('/beltic/v1/ips/risk', { ip_address: '8.8.8.8' });
    expect(sandbox.calls('ipqualityscore')).toEqual([
      { method: 'GET', path: '/api/json/ip/{key}/8.8.8.8', address: '8.8.8.8', addressCount: 1, isKeyValid: true },
      { method: 'GET', path: '/api/json/ip/{key}/8.8.4.4', address: '8.8.4.4', addressCount: 1, isKeyValid: false },
    ]);
    expect(sandbox.calls('ipstack')).toMatchObject([{ address: '8.8.8.8', addressCount: 2, isKeyValid: true }]);
    expect(sandbox.calls('beltic')).toMatchObject([{ method: 'POST', address: '8.8.8.8', isKeyValid: false }]);
    expect((await http.call('/_sandbox/calls')).text).not.toContain('a-secret');
  });

  it('keeps the newest thousand calls and counts them all', async () => {
    await http.call('/ipstack/9.9.9.9');
    await Promise.all(Array.from({ length: 1_000 }, () => http.call('/ipstack/8.8.8.8')));
    expect([sandbox.requestCount('ipstack'), sandbox.calls('ipstack').length]).toEqual([1_001, 1_000]);
    expect(sandbox.calls('ipstack')[0]?.address).toBe('8.8.8.8');
  });

  it('forgets everything on reset', async () => {
    sandbox.setFault('ipstack', { kind: 'html' });
    await http.call('/ipstack/8.8.8.8');
    sandbox.reset();
    expect([sandbox.requestCount('ipstack'), sandbox.calls('ipstack')]).toEqual([0, []]);
    expect((await http.call('/ipstack/8.8.8.8')).json.error.code).toBe(101);
  });

  it('says what there is on its front page and where a path leads nowhere', async () => {
    const front = await http.call('/');
    const nowhere = await http.call('/nonsense/8.8.8.8');
    expect([front.status, nowhere.status]).toEqual([200, 404]);
    for (const { json } of [front, nowhere]) expect(json.base_urls).toEqual(sandbox.baseUrls);
  });

  it('refuses a path that is no text', async () => {
    expect((await http.call('/ipstack/%ff')).status).toBe(400);
  });

  it('shares no code with what it stands in for', () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
    const imports = sources.flatMap((file) => {
      const text = readFileSync(join(import.meta.dirname, file), 'utf8');
      const up = file.includes('/') ? /from '(\.\.\/\.\.\/[^']*|[^.][^']*)'/g : /from '(\.\.\/[^']*|[^.][^']*)'/g;
      return [...text.matchAll(up)].map(([, from]) => from);
    });
    expect(imports.filter((from) => from?.startsWith('node:') !== true)).toEqual([]);
  });
});

describe('the controls over HTTP', () => {
  it('list the personas', async () => {
    const { json } = await http.call('/_sandbox/personas');
    expect(json).toContainEqual(expect.objectContaining({ name: 'tor-exit', ipv4: '185.220.101.1' }));
  });

  it('switch a fault on and off', async () => {
    const fault = { kind: 'status', status: 502 };
    const switched = await http.call('/_sandbox/faults/ipstack', { method: 'PUT', body: fault });
    expect([switched.status, switched.json]).toEqual([200, { vendor: 'ipstack', fault }]);
    expect((await http.call('/ipstack/8.8.8.8')).status).toBe(502);
    expect((await http.call('/_sandbox/faults')).json.faults).toMatchObject({ ipstack: fault, beltic: null });
    await http.call('/_sandbox/faults/ipstack', { method: 'DELETE' });
    expect((await http.call('/ipstack/8.8.8.8')).status).toBe(200);
  });

  it.each([
    [404, '/faults/nonsense', 'PUT', {}, 'There is no vendor "nonsense"'],
    [400, '/faults/ipstack', 'PUT', { kind: 'nonsense' }, '"kind" must be one of'],
    [400, '/faults/ipstack', 'PUT', 'no JSON', 'A fault is a JSON object'],
    [405, '/faults/ipstack', 'POST', {}, 'Use PUT'],
    [404, '/nonsense', 'GET', undefined, 'There is no GET /_sandbox/nonsense'],
  ])('answer %d and say why: %s %s %j', async (status, path, method, body, sentence) => {
    const answer = await http.call(`/_sandbox${path}`, { method, ...(body !== undefined && { body }) });
    expect(answer.status).toBe(status);
    expect(answer.json.error).toContain(sentence);
  });

  it('show what was asked and what was triggered, until they are told to forget', async () => {
    await http.call('/ipstack/8.8.8.8?access_key=k');
    await http.post('/novu/v1/events/trigger', { name: 'a', to: 'soc' }, [['authorization', 'ApiKey k']]);
    const { json } = await http.call('/_sandbox/calls');
    expect(json).toMatchObject({ request_counts: { ipstack: 1, beltic: 0 }, redirect_hits: 0 });
    expect(json.calls.ipstack).toMatchObject([{ address: '8.8.8.8' }]);
    expect((await http.call('/_sandbox/triggers')).json).toMatchObject([{ name: 'a', to: 'soc' }]);
    expect((await http.call('/_sandbox', { method: 'DELETE' })).status).toBe(200);
    expect((await http.call('/_sandbox/triggers')).json).toEqual([]);
  });
});
