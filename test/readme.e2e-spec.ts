import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule, Type } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { readServiceConfig } from '../src/common/config/service-config.js';
import * as library from '../src/index.js';
import { DATABASE, DecisionReader, GeoVelocityService, IP_INTELLIGENCE_PROVIDERS, UserJourneys } from '../src/index.js';
import type { Database, IpIntelligenceProvider } from '../src/index.js';
import type { AlertChannel } from '../src/alerts.js';
import type { ContractCase } from '../src/testing.js';
import { signatureOf } from '../src/modules/notifications/channels/webhook/webhook-signature.js';
import { isVendorFactory } from '../src/modules/providers/vendor.js';
import { eventually } from './support/eventually.js';
import { NodeProcess, PROJECT } from './support/node-process.js';

const README = readFileSync(join(PROJECT, 'README.md'), 'utf8');
const blocks = [...README.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language = '', code = '']) => ({
  language,
  code,
}));
const written = (language: string): string[] =>
  blocks.filter((block) => block.language === language).map(({ code }) => code);
const shellLines = written('bash').flatMap((code) => code.trim().split('\n'));
const curls = shellLines.filter((line) => line.startsWith('curl '));
const isSetting = (line: string): boolean => /^[A-Z_]+=/.test(line);
/** Lines of one block are one configuration. */
const settings = written('bash')
  .map((code) => code.trim().split('\n').filter(isSetting))
  .filter(({ length }) => length > 0);

interface AlertsExample {
  pager: (page: (text: string) => Promise<unknown>) => AlertChannel;
  withAlerts: (directory: string, channel: AlertChannel, scrapeKey: string) => Type;
  isGenuine: (secret: string, headers: Record<string, unknown>, rawBody: Uint8Array) => boolean;
}

const exported: readonly unknown[] = Object.values(library);
const vendorKeys = exported.filter(isVendorFactory).map(({ vendor }) => vendor.keyVariable);

describe('README', () => {
  const folder = join(PROJECT, 'test/.tmp');

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds nothing but blocks that this suite runs', () => {
    const commands = shellLines.filter((line) => !curls.includes(line) && !isSetting(line));
    expect(commands).toEqual(['npm ci', 'npm start', 'npm run sandbox', 'npm run alert:test', 'npm test']);
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['bash', 'ts']));
    expect(readFileSync(join(PROJECT, '.ci/run'), 'utf8')).toMatch(/^npm ci\nnpm test\n/m);
  });

  it('shows the decorator in 15 lines on the first screen', () => {
    const [example = ''] = written('ts');
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(15);
    expect(README.slice(0, README.indexOf('\n---')).split('\n').length).toBeLessThan(40);
  });

  it('names every variable of the service, with its default, in .env.example', () => {
    const lines = readFileSync(join(PROJECT, '.env.example'), 'utf8').split('\n');
    const example = Object.fromEntries(
      lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split('=') as [string, string]),
    );
    expect(readServiceConfig(example)).toEqual(readServiceConfig({}));
    for (const variable of vendorKeys) {
      expect(Object.keys(example)).toContain(variable);
      Reflect.deleteProperty(example, variable);
    }
    expect(() => readServiceConfig({ IP_RISK_NONE_SUCH: '1' })).toThrow(
      new RegExp(
        `known are: ${Object.keys(example)
          .sort()
          .map((name) => `(?=.*\\b${name}\\b)`)
          .join('')}`,
      ),
    );
  });

  it.each(settings.map((lines) => ({ lines })))('gives settings that the service takes: $lines', ({ lines }) => {
    const given = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
    const own = 'IP_RISK_HASH_KEY' in given ? { IP_RISK_HASH_KEY: 'a key of the test alone' } : {};
    expect(() => readServiceConfig({ ...given, ...own })).not.toThrow();
    // The one that everybody must choose for himself.
    if ('IP_RISK_HASH_KEY' in given)
      expect(() => readServiceConfig(given)).toThrow("IP_RISK_HASH_KEY is the README's example");
  });

  describe('in its examples', () => {
    const examples = written('ts');
    const load = (index: number) => import(join(folder, `readme-${index}.ts`)) as Promise<Record<string, unknown>>;

    beforeAll(() => {
      mkdirSync(folder, { recursive: true });
      for (const [index, code] of examples.entries()) writeFileSync(join(folder, `readme-${index}.ts`), code);
      const config = { extends: '../../tsconfig.json', include: ['readme-*.ts'], exclude: [] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    });

    it('shows code that compiles', () => {
      execFileSync(join(PROJECT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', folder]);
      expect(examples).toHaveLength(6);
    }, 60_000);

    it('protects the controller of the first', async () => {
      const { AppModule } = (await load(0)) as { AppModule: new () => unknown };
      const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
      const app = testing.createNestApplication(new FastifyAdapter(), { logger: false });
      await app.listen(0, '127.0.0.1');
      const url = `${await app.getUrl()}/account/withdraw`;
      const answer = await fetch(url, { method: 'POST' });
      const refused = await fetch(url, { method: 'POST', headers: { 'x-forwarded-for': '8.8.8.8' } });
      await app.close();
      expect([answer.status, await answer.json()]).toEqual([201, { mfa: false }]);
      // A loopback peer with a forwarded header is a proxy that nobody listed: no verdict, and the route fails closed.
      expect(refused.status).toBe(503);
    }, 60_000);

    it('sets vendors up as the second does', async () => {
      const { withVendors } = (await load(1)) as { withVendors: (...keys: string[]) => DynamicModule };
      const testing = await Test.createTestingModule({ imports: [withVendors('key-1', 'key-2')] }).compile();
      const providers = testing.get<IpIntelligenceProvider[]>(IP_INTELLIGENCE_PROVIDERS, { strict: false });
      expect(providers.map(({ id }) => id)).toEqual(['ipstack', 'apiverve', 'offline']);
    });

    it('records the login of the third, and knows impossible travel from it on', async () => {
      const { withLogins } = (await load(2)) as { withLogins: (directory: string, hashKey: string) => Type };
      const logins = join(folder, 'logins');
      const testing = await Test.createTestingModule({
        imports: [withLogins(logins, 'a key of the test alone')],
      }).compile();
      const app = testing.createNestApplication(new FastifyAdapter(), { logger: false });
      await app.listen(0, '127.0.0.1');
      try {
        await app.get<Database>(DATABASE).open();
        const post = async (path: string): Promise<unknown> => {
          const headers = { 'content-type': 'application/json' };
          const body = JSON.stringify({ user: 'user-42', code: '123456' });
          const answer = await fetch(`${await app.getUrl()}/session${path}`, { method: 'POST', headers, body });
          return [answer.status, await answer.text()];
        };
        expect(await post('')).toEqual([201, '{"mfa":false}']);
        expect(await post('/second-factor')).toEqual([201, '']);
        expect(await app.get(UserJourneys).of('user-42')).toMatchObject({ totalLogins: 2 });
        const geoVelocity = app.get(GeoVelocityService);
        await geoVelocity.recordLogin('user-42', '90.45.10.10');
        const { verdict } = await geoVelocity.recordLogin('user-42', '126.10.10.10');
        expect(verdict.status).toBe('impossible');
      } finally {
        await app.close();
      }
    }, 120_000);

    it('says in words what the fourth finds on record, and alerts through the channel of the fifth', async () => {
      const { latestOn } = (await load(3)) as { latestOn: (...asked: [DecisionReader, string]) => Promise<unknown> };
      const { pager, withAlerts } = (await load(4)) as unknown as AlertsExample;
      const paged: string[] = [];
      const channel = pager((title) => Promise.resolve(paged.push(title)));
      // The database of the example before: making one takes seconds.
      const imports = [withAlerts(join(folder, 'logins'), channel, 'scrape-key')];
      const testing = await Test.createTestingModule({ imports }).compile();
      const app = testing.createNestApplication(new FastifyAdapter(), { logger: false });
      await app.listen(0, '127.0.0.1');
      try {
        const scraped = await fetch(`${await app.getUrl()}/metrics`, {
          headers: { authorization: 'Bearer scrape-key' },
        });
        expect([scraped.status, (await fetch(`${await app.getUrl()}/metrics`)).status]).toEqual([200, 403]);
        expect(await latestOn(app.get(DecisionReader), 'user-42')).toEqual([
          { why: expect.arrayContaining([expect.stringContaining('SessionController')]), again: undefined },
        ]);
        const geoVelocity = app.get(GeoVelocityService);
        await geoVelocity.recordLogin('user-43', '90.45.10.10');
        await geoVelocity.recordLogin('user-43', '126.10.10.10');
        await eventually(() => {
          expect(paged).toEqual(['Impossible travel: user user-43 cannot have been in Minato, Japan in time.']);
        });
      } finally {
        await app.close();
      }
    }, 120_000);

    it('takes a webhook for genuine that was signed with the secret, as the fifth checks it', async () => {
      const { isGenuine } = (await load(4)) as unknown as AlertsExample;
      const body = '{"kind":"risk"}';
      const headers = { 'x-ip-risk-signature': signatureOf('a-secret-of-the-test', body, Date.now()) };
      expect(isGenuine('a-secret-of-the-test', headers, Buffer.from(body))).toBe(true);
      expect(isGenuine('a-secret-of-the-test', headers, Buffer.from(`${body} `))).toBe(false);
    });

    it("keeps a provider's contract with the last", async () => {
      const { contract } = (await load(5)) as { contract: readonly ContractCase[] };
      expect(contract.length).toBeGreaterThan(15);
      for (const { run } of contract) await run();
    }, 60_000);
  });
});

describe("README's service", () => {
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-readme-'));
  let service: NodeProcess;
  let port: string;

  beforeAll(async () => {
    const environment = { PORT: '0', IP_RISK_FEEDS: 'none', IP_RISK_DATA_DIR: directory };
    service = NodeProcess.ofCommand('npm', ['start'], environment);
    const [, url = ''] = await service.logged(/Listening on (\S+) after/);
    ({ port } = new URL(url));
  }, 60_000);

  afterAll(async () => {
    service.stop();
    await service.exit();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(curls)('answers: %s', (line) => {
    const command = line.replaceAll('localhost:3000', `localhost:${port}`);
    const body = execFileSync('bash', ['-c', `${command} --fail`], { encoding: 'utf8' });
    expect(body).toMatch(line.endsWith('/metrics') ? /^# HELP ip_risk_/m : /^([{[].*[}\]]\n?|Low)$/s);
    if (line.includes('"ip_address":"8.8.8.8"')) {
      expect(JSON.parse(body)).toMatchObject({
        address: { country: 'US' },
        network: { asn: 15169 },
        assessment: { signals: { hosting: true } },
      });
    }
  });
});

describe("README's sandbox", () => {
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-sandbox-'));
  let sandbox: NodeProcess;

  afterAll(async () => {
    sandbox.stop();
    await sandbox.exit();
    rmSync(directory, { recursive: true, force: true });
  });

  it('answers about every persona with every vendor, from one command', async () => {
    // Which vendors answer is asked here, and not how fast a busy machine is.
    const environment = { PORT: '0', IP_RISK_DATA_DIR: directory, IP_RISK_DEADLINE_MS: '5000' };
    sandbox = NodeProcess.ofCommand('npm', ['run', 'sandbox', '--', '--port', '0'], environment);
    const [, url = ''] = await sandbox.logged(/Listening on (\S+) after/);
    const personas = [...sandbox.stdout.matchAll(/^ {2}([a-z-]+) +([\d.]+) /gm)].map(([, name, ip]) => [name, ip]);
    const actions: unknown[] = [];
    for (const [name, ip] of personas) {
      const answer = await fetch(`${url}/v1/ips/risk`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ip_address: ip }),
      });
      const { assessment, decision } = (await answer.json()) as {
        assessment: { status: string; providers: string[] };
        decision: { action: string };
      };
      actions.push([name, assessment.status, assessment.providers.length, decision.action]);
    }
    expect(actions).toEqual([
      ['clean-home', 'complete', 7, 'allow'],
      ['vpn', 'complete', 7, 'challenge'],
      ['residential-proxy', 'complete', 7, 'challenge'],
      ['tor-exit', 'complete', 7, 'block'],
      ['data-centre', 'complete', 7, 'challenge'],
      ['blacklisted', 'complete', 7, 'block'],
      ['relay', 'complete', 7, 'allow'],
      ['crawler', 'complete', 7, 'monitor'],
    ]);
  }, 60_000);
});
