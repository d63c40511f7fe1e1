import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { readServiceConfig } from '../src/common/config/service-config.js';
import * as library from '../src/index.js';
import { isVendorFactory } from '../src/modules/providers/vendor.js';
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
const settings = shellLines.filter((line) => /^[A-Z_]+=/.test(line));

const exported: readonly unknown[] = Object.values(library);
const vendorKeys = exported.filter(isVendorFactory).map(({ vendor }) => vendor.keyVariable);

describe('README', () => {
  const folder = join(PROJECT, 'test/.tmp');

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds nothing but blocks that this suite runs', () => {
    const commands = shellLines.filter((line) => !curls.includes(line) && !settings.includes(line));
    expect(commands).toEqual(['npm ci', 'npm start', 'npm test']);
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

  it.each(settings)('gives a setting that the service takes: %s', (line) => {
    const [name = '', value = ''] = line.split(/=(.*)/s);
    expect(() => readServiceConfig({ [name]: value })).not.toThrow();
  });

  it.each(written('ts').map((code, index) => [index, code] as const))(
    'compiles and runs its example %d',
    async (index, code) => {
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `readme-${index}.ts`);
      writeFileSync(file, code);
      const config = { extends: '../../tsconfig.json', include: [`readme-${index}.ts`], exclude: [] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      execFileSync(join(PROJECT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', folder]);
      const { AppModule } = (await import(file)) as { AppModule: new () => unknown };
      const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
      const app = testing.createNestApplication(new FastifyAdapter(), { logger: false });
      await app.listen(0, '127.0.0.1');
      const answer = await fetch(`${await app.getUrl()}/account/withdraw`, { method: 'POST' });
      const refused = await fetch(`${await app.getUrl()}/account/withdraw`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '8.8.8.8' },
      });
      await app.close();
      expect([answer.status, await answer.json()]).toEqual([201, { mfa: false }]);
      // A loopback peer with a forwarded header is a proxy that nobody listed: no verdict, and the route fails closed.
      expect(refused.status).toBe(503);
    },
    60_000,
  );
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
    const command = line.replace('localhost:3000', `localhost:${port}`);
    const body = execFileSync('bash', ['-c', `${command} --fail`], { encoding: 'utf8' });
    expect(body).toMatch(/^(\{.*\}|Low)$/s);
    if (line.includes('8.8.8.8')) {
      expect(JSON.parse(body)).toMatchObject({
        address: { country: 'US' },
        network: { asn: 15169 },
        assessment: { signals: { hosting: true } },
      });
    }
  });
});
