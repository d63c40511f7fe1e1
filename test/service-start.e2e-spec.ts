import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from './support/http-client.js';
import { NodeProcess } from './support/node-process.js';

const directory = mkdtempSync(join(tmpdir(), 'ip-risk-start-'));
const BASICS = { PORT: '0', IP_RISK_FEEDS: 'none', IP_RISK_DATA_DIR: directory, IP_RISK_DECISION_LOG: 'off' };
const started = (environment: Readonly<Record<string, string>> = {}): NodeProcess =>
  new NodeProcess(['dist/main.js'], { ...BASICS, ...environment });

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the built service', () => {
  it('answers over HTTP, says where it listens, and ends on SIGTERM', async () => {
    const service = started();
    const [, url = ''] = await service.logged(/Listening on (\S+) after \d+ ms/);
    const http = new HttpClient(url);
    const { status, json } = await http.post('/v1/ips/risk', { ip_address: '8.8.8.8' });
    const docs = await http.call('/docs-json');
    // With its connection still open.
    service.stop();
    expect(await service.exit()).toBe(0);
    http.close();
    expect([status, json.address.country, json.network.asn]).toEqual([200, 'US', 15169]);
    expect(docs.status).toBe(200);
    expect(new URL(url).hostname).toMatch(/^(127\.0\.0\.1|\[::1\]|localhost)$/);
    expect(service.stdout).toContain('answers on loopback only');
  }, 30_000);

  it('asks for a key, and says nothing about loopback, once there are keys', async () => {
    const key = 'a-key-of-the-tests';
    const service = started({ IP_RISK_API_KEYS: key, HOST: '127.0.0.1' });
    const [, url = ''] = await service.logged(/Listening on (\S+) after \d+ ms/);
    const http = new HttpClient(url);
    const without = await http.post('/v1/ips/risk', { ip_address: '8.8.8.8' });
    const withKey = await http.post('/v1/ips/risk', { ip_address: '8.8.8.8' }, [['x-api-key', key]]);
    http.close();
    service.stop();
    expect([without.status, withKey.status]).toEqual([401, 200]);
    expect(await service.exit()).toBe(0);
    expect(service.stdout + service.stderr).not.toMatch(/loopback only|a-key-of/);
  }, 30_000);

  it('warns of a Redis whose verdicts nothing seals', async () => {
    const warned: [boolean, boolean][] = [];
    // Nothing listens there: the service starts without it.
    for (const settings of [{}, { IP_RISK_HASH_KEY: 'a-secret-of-the-tests' }]) {
      const service = started({ REDIS_URL: 'redis://127.0.0.1:1', ...settings });
      await service.logged(/Listening on (\S+) after \d+ ms/);
      service.stop();
      await service.exit();
      warned.push([service.stdout.includes('without IP_RISK_HASH_KEY'), service.stdout.includes('a-secret')]);
    }
    expect(warned).toEqual([
      [true, false],
      [false, false],
    ]);
  }, 30_000);

  it.each([
    ['PORT', 'abc'],
    ['PORT', '65536'],
    ['TRUSTED_PROXIES', 'true'],
    ['TRUSTED_PROXIES', '1'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', '::ffff:10.0.0.0/8'],
    ['TRUSTED_PROXIES', '10.0.0.1/8'],
    ['IP_RISK_FEEDS', 'nonsense'],
    ['IP_RISK_POLICY_FILE', '/nonexistent.yaml'],
    ['IP_RISK_CITY_DB', '/nonexistent.mmdb'],
    ['IP_RISK_ASN_DB', '/nonexistent.mmdb'],
    ['IP_RISK_TYPO', '1'],
    ['HOST', '0.0.0.0'],
    ['IP_RISK_API_KEYS', 'short'],
    ['IP_RISK_MODE', 'x'],
    ['IP_RISK_DEADLINE_MS', '0'],
    ['IP_RISK_NO_EGRESS', 'perhaps'],
  ])(
    'does not start with %s=%s, and says why in one line that names it',
    async (name, value) => {
      const service = started({ [name]: value });
      expect(await service.exit()).toBe(1);
      expect(service.stderr).toMatch(/^nestjs-ip-risk did not start\. .+\.\n$/);
      expect(service.stderr).toContain(name);
      expect(service.stdout).not.toMatch(/^\s+at /m);
    },
    30_000,
  );
});

/** Names all files that the code loads, those that it imports in a file and those that it requires on its output. */
const LOADED = `
import { createRequire, register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, next) {
    appendFileSync(\${JSON.stringify(process.argv[2])}, url + '\\\\n');
    return next(url, context);
  }
\`));
const { IpRiskModule } = await import(process.argv[1]);
console.log('module:', typeof IpRiskModule?.forRoot);
for (const path of Object.keys(createRequire(import.meta.url).cache)) console.log(path);
`;

async function packagesOf(entry: string): Promise<{ packages: string[]; stdout: string }> {
  const imported = join(mkdtempSync(join(directory, 'loaded-')), 'imported');
  const loading = new NodeProcess(['--input-type=module', '-e', LOADED, entry, imported]);
  expect([await loading.exit(), loading.stderr]).toEqual([0, '']);
  const files = `${loading.stdout}${readFileSync(imported, 'utf8')}`;
  const names = [...files.matchAll(/\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)/g)].map(([, name = '']) => name);
  return { packages: [...new Set(names)].sort(), stdout: loading.stdout };
}

const SERVICE_ONLY = [
  '@nestjs/bullmq',
  '@novu/api',
  'bullmq',
  'prom-client',
  '@nestjs/config',
  '@nestjs/platform-fastify',
  '@nestjs/terminus',
  'class-transformer',
  'class-validator',
  'fastify',
];

describe('the door of the library', () => {
  it('opens by import and loads nothing that only the service needs', async () => {
    const { packages, stdout } = await packagesOf('nestjs-ip-risk');
    expect(stdout).toContain('module: function');
    expect(packages).toEqual(expect.arrayContaining(['@nestjs/common', '@nestjs/core', 'lru-cache', 'yaml']));
    expect(packages.filter((name) => SERVICE_ONLY.includes(name))).toEqual([]);
  }, 30_000);

  it('is told from the door of the service by the same look', async () => {
    const { packages } = await packagesOf('./dist/app.module.js');
    expect(packages).toEqual(expect.arrayContaining(['@nestjs/config', '@nestjs/terminus', 'class-validator']));
  }, 30_000);

  it('opens by require', async () => {
    const code =
      "const { IpRiskModule, offline } = require('nestjs-ip-risk'); console.log(IpRiskModule.name, offline().id)";
    const loading = new NodeProcess(['-e', code]);
    expect(await loading.exit()).toBe(0);
    expect(loading.stdout).toBe('IpRiskModule offline\n');
  }, 30_000);

  it('reads no environment', async () => {
    const code =
      "import { IpRiskModule, readPolicyFile } from 'nestjs-ip-risk'; console.log(readPolicyFile().defaultPolicy.mode)";
    const environment = { IP_RISK_MODE: 'dry-run', IP_RISK_POLICY_FILE: '/nonexistent.yaml', IP_RISK_TYPO: '1' };
    const loading = new NodeProcess(['--input-type=module', '-e', code], environment);
    expect(await loading.exit()).toBe(0);
    expect(loading.stdout).toBe('live\n');
  }, 30_000);
});
