import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call } from './support/http-client.js';
import { callFrom } from './support/nginx-client.js';
import { FORGED, FORGERIES } from './support/nginx-forgeries.js';
import { NginxProcess, NO_NGINX } from './support/nginx-process.js';
import { NodeProcess, PROJECT } from './support/node-process.js';
import { freePort } from './support/redis-process.js';

const hasNginx = NginxProcess.isInstalled();
if (!hasNginx) process.stdout.write(NO_NGINX);
const describeWithNginx = hasNginx ? describe : describe.skip;

const KEY = 'a-key-of-the-tests';
const CLIENTS = ['127.0.0.2', '127.0.0.3'] as const;

describeWithNginx('the service behind config/nginx.conf', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-behind-nginx-'));
  let appPort: number;
  let service: NodeProcess;
  let nginx: NginxProcess;

  const started = async (): Promise<NodeProcess> => {
    const app = new NodeProcess(['dist/main.js'], {
      PORT: String(appPort),
      HOST: '127.0.0.1',
      IP_RISK_API_KEYS: KEY,
      IP_RISK_FEEDS: 'none',
      IP_RISK_DECISION_LOG: 'off',
      IP_RISK_DATA_DIR: directory,
      TRUSTED_PROXIES: '127.0.0.1/32',
    });
    await app.logged(/Listening on (\S+) after/);
    return app;
  };

  beforeAll(async () => {
    appPort = await freePort();
    service = await started();
    nginx = await NginxProcess.start(appPort, '127.0.0.8 8.8.8.8;\n127.0.0.9 1.1.1.1;\n');
  }, 60_000);

  afterAll(async () => {
    service.stop();
    await service.exit();
    await nginx.close();
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  const seenOf = async (client: string, headers: Call['headers'] = [], url = nginx.url): Promise<unknown> => {
    const asJson = [['accept', 'application/json'] as const, ...headers];
    const { json } = await callFrom(client, `${url}/v1/fraud-score`, { headers: asJson });
    return (json as { ip_address: unknown }).ip_address;
  };
  const call = (path: string, options: Call = {}) =>
    callFrom('127.0.0.2', `${nginx.url}${path}`, {
      ...options,
      headers: [['x-api-key', KEY], ...(options.headers ?? [])],
    });

  it.each(CLIENTS)('sees the client %s as itself, whatever it claims', async (client) => {
    const seen = await Promise.all([[], ...FORGERIES].map((forged) => seenOf(client, forged)));
    expect(new Set(seen)).toEqual(new Set([client]));
  });

  it('would believe the same claim without nginx, from the address that it trusts and from no other', async () => {
    const direct = `http://127.0.0.1:${appPort}`;
    const claim = [['x-forwarded-for', FORGED]] as const;
    expect(await seenOf('127.0.0.1', claim, direct)).toBe(FORGED);
    expect(await seenOf('127.0.0.2', claim, direct)).toBeNull();
  });

  it("judges a developer's machine as the address that development.map lets it play", async () => {
    expect([await seenOf('127.0.0.8'), await seenOf('127.0.0.9', FORGERIES[0])]).toEqual(['8.8.8.8', '1.1.1.1']);
  });

  it('answers a list line by line, one of the longest too', async () => {
    const ips = Array.from(
      { length: 50_000 },
      (_, at) => `2001:0db8:0000:0000:0000:0000:0000:${at.toString(16).padStart(4, '0')}`,
    );
    const headers = [['accept', 'application/x-ndjson'] as const];
    const answer = await call('/v1/ips/risk/bulk', { method: 'POST', body: { ips }, headers });
    const lines = answer.text.trimEnd().split('\n');
    expect([answer.status, answer.headers['content-type'], lines.length]).toEqual([
      200,
      'application/x-ndjson',
      50_000,
    ]);
    const first = JSON.parse(lines[0] ?? '') as { ip_address?: unknown; ip?: unknown };
    expect(JSON.stringify(first)).toContain(ips[0]);
  }, 60_000);

  it.each([
    ['/v1/ips/risk/bulk', 4 * 1024 * 1024, 200],
    ['/v1/ips/risk', 64 * 1024, 400],
  ])(
    "takes at %s bodies of the service's own limit, and refuses longer ones in its words",
    async (path, most, status) => {
      const headers = [['content-type', 'application/json'] as const];
      const sized = (bytes: number): string => JSON.stringify({ ips: ['x'.repeat(bytes - '{"ips":[""]}'.length)] });
      const longest = await call(path, { method: 'POST', body: sized(most), headers });
      const tooLong = await call(path, { method: 'POST', body: sized(most + 1), headers });
      // Not nginx's words: the service has read it.
      expect([longest.status, longest.text]).toEqual([status, expect.not.stringContaining('cannot be read')]);
      const message = 'The request cannot be read, or is too large.';
      expect([tooLong.status, tooLong.json]).toEqual([400, { error: 'Invalid request', message }]);
    },
  );

  it('forgets an address, asks for the key, and says that it lives and is ready', async () => {
    const forgotten = await call('/v1/ips/8.8.8.8', { method: 'DELETE' });
    const refused = await callFrom('127.0.0.2', `${nginx.url}/v1/ips/8.8.8.8`, { method: 'DELETE' });
    const health = await Promise.all(['/health/live', '/health/ready'].map((path) => call(path)));
    expect([forgotten.status, forgotten.json]).toEqual([200, { ip_address: '8.8.8.8', everywhere: true }]);
    expect([refused.status, ...health.map(({ status }) => status)]).toEqual([401, 200, 200]);
  });

  it("answers 502 as JSON while the service is away, and the image's health check with it; both recover", async () => {
    const healthy = await healthCheck(appPort);
    service.stop();
    expect(await service.exit()).toBe(0);
    const away = await call('/v1/fraud-score');
    const sick = await healthCheck(appPort);
    service = await started();
    const back = await call('/v1/fraud-score', { headers: [['accept', 'application/json']] });
    expect([healthy, sick, await healthCheck(appPort)]).toEqual([0, 1, 0]);
    expect([away.status, away.json, away.headers['retry-after']]).toEqual([
      502,
      { error: 'Unavailable', message: 'The service is not there now. Try again.' },
      '5',
    ]);
    expect([back.status, back.json]).toEqual([200, expect.objectContaining({ ip_address: '127.0.0.2' })]);
  }, 60_000);
});

/** Runs the Dockerfile's own HEALTHCHECK. @returns its exit code. */
async function healthCheck(port: number): Promise<number | null> {
  const dockerfile = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8');
  const [, words = ''] = /^HEALTHCHECK[^[]*?CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const [, ...args] = JSON.parse(words) as string[];
  const child = execFile(process.execPath, args, { env: { PORT: String(port) } });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
