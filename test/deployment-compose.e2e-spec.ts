import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readServiceConfig } from '../src/common/config/service-config.js';
import { TrustedProxies } from '../src/common/ip/trusted-proxies.js';
import { parseIpAddress } from '../src/common/ip/ip-address.js';
import { NGINX_CONF } from './support/nginx-process.js';
import { PROJECT } from './support/node-process.js';

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly ports?: readonly unknown[];
  readonly networks: Readonly<Record<string, { readonly ipv4_address?: string } | null>> | readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly unknown[];
  readonly restart?: string;
  readonly mem_limit?: string | number;
  readonly read_only?: boolean;
  readonly command?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = readFileSync(join(PROJECT, 'docker-compose.yml'), 'utf8');
const dockerfile = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8').replace(/\\\n\s*/g, '');

const SECRETS = {
  IP_RISK_API_KEYS: 'a-key-of-the-tests',
  IP_RISK_HASH_KEY: 'a-secret-of-the-tests',
  POSTGRES_PASSWORD: 'not-a-postgres-password',
  REDIS_PASSWORD: 'not-a-redis-password',
};

/** The command line of Docker Compose that this machine has: the client's plugin, or the program of old. */
const composer = [['docker', 'compose'], ['docker-compose']].find(
  ([command = '', ...args]) => spawnSync(command, [...args, 'version']).status === 0,
);
if (composer === undefined) {
  process.stdout.write(
    'Docker Compose is not installed, so docker-compose.yml is read by the tests alone; "node scripts/ensure-servers.mjs" says how to get it.\n',
  );
}

/** Runs `config` in a folder of its own, which has no `.env` but the given one. */
function configured(variables: Readonly<Record<string, string>>): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  const [command = '', ...args] = composer ?? [];
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-compose-'));
  copyFileSync(join(PROJECT, 'docker-compose.yml'), join(directory, 'docker-compose.yml'));
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(directory, '.env'), lines.join(''));
  const env = { PATH: process.env['PATH'], HOME: directory };
  const { status, stdout, stderr } = spawnSync(command, [...args, 'config'], { cwd: directory, env, encoding: 'utf8' });
  rmSync(directory, { recursive: true, force: true });
  return { status, stdout, stderr };
}

/** As the file stands, with the secrets put in where Compose would. */
function asWritten(): Compose {
  const filled = text.replace(/\$\{(\w+)(?::[?-]([^}]*))?\}/g, (_, name: string, otherwise: string | undefined) =>
    Object.hasOwn(SECRETS, name) ? SECRETS[name as keyof typeof SECRETS] : (otherwise ?? ''),
  );
  return parse(filled, { merge: true }) as Compose;
}

function networksOf({ networks }: Service): readonly string[] {
  return Array.isArray(networks) ? (networks as readonly string[]) : Object.keys(networks);
}

const readings: [string, () => Compose][] = [['as written', asWritten]];
if (composer !== undefined)
  readings.push([`as "${composer.join(' ')} config" has it`, () => parse(configured(SECRETS).stdout) as Compose]);

describe.each(readings)('docker-compose.yml, %s', (_, read) => {
  const compose = read();
  const services = Object.entries(compose.services);
  const service = (name: string): Service => compose.services[name] ?? { networks: [] };

  it('has the service, Redis, Postgres and nginx', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['app', 'nginx', 'postgres', 'redis', 'redis-cache']);
  });

  it('publishes one port, of nginx, on loopback unless told otherwise', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['nginx']);
    expect(JSON.stringify(service('nginx').ports)).toMatch(/127\.0\.0\.1.*8080/);
    expect(service('nginx').ports).toHaveLength(1);
    expect(NGINX_CONF).toContain('listen 8080;');
  });

  it('lets nginx reach the service only, and nobody else reach it by that network', () => {
    const on = (network: string): string[] =>
      services
        .filter(([, found]) => networksOf(found).includes(network))
        .map(([name]) => name)
        .sort();
    expect(on('proxy')).toEqual(['app', 'nginx']);
    expect(on('data')).toEqual(['app', 'postgres', 'redis', 'redis-cache']);
    expect(on('edge')).toEqual(['nginx']);
    expect(on('egress')).toEqual(['app']);
    expect([compose.networks['proxy']?.internal, compose.networks['data']?.internal]).toEqual([true, true]);
  });

  it("has the service trust nginx's address and no other, and read the header that nginx sets", () => {
    const { environment = {} } = service('app');
    const { networks } = service('nginx') as { networks: Record<string, { ipv4_address: string }> };
    const nginx = networks['proxy']?.ipv4_address ?? '';
    expect(environment['TRUSTED_PROXIES']).toBe(`${nginx}/32`);
    expect(NGINX_CONF).toContain(`proxy_set_header X-Forwarded-For $client_address;`);
    const { trustedProxies, clientIpHeader } = readServiceConfig(environment);
    expect(clientIpHeader).toBe('x-forwarded-for');
    const address = parseIpAddress(nginx);
    expect(address !== undefined && TrustedProxies.from(trustedProxies).has(address)).toBe(true);
  });

  it('gives the service settings that it takes, and the stores of the others', () => {
    const { environment = {} } = service('app');
    const config = readServiceConfig(environment);
    expect([config.apiKeys.isRequired, config.host, config.port]).toEqual([true, '0.0.0.0', 3000]);
    expect(config.redisUrl?.reveal()).toBe('redis://:not-a-redis-password@redis:6379');
    expect(config.cacheRedisUrl?.reveal()).toBe('redis://:not-a-redis-password@redis-cache:6379');
    expect(environment['DATABASE_URL']).toBe('postgres://ip_risk:not-a-postgres-password@postgres:5432/ip_risk');
    expect(NGINX_CONF).toContain(`server app:${config.port} `);
  });

  it('evicts verdicts and never budgets', () => {
    expect(service('redis').command?.join(' ')).toContain('--maxmemory-policy noeviction');
    expect(service('redis-cache').command?.join(' ')).toContain('--maxmemory-policy allkeys-lru');
  });

  it.each(services)('checks the health of %s, limits it, restarts it, and pins its image', (name, found) => {
    expect(found.healthcheck?.test.length).toBeGreaterThan(1);
    expect(found.mem_limit).toBeDefined();
    expect(found.restart).toBe('unless-stopped');
    if (name !== 'app') expect(found.image).toMatch(/^(nginx:\d+\.\d+-|redis:\d+\.\d+-|postgres:\d+-)/);
  });

  it('runs all but Postgres as users other than root, on file systems that are read-only', () => {
    const others = services.filter(([name]) => name !== 'postgres');
    for (const [, { user, read_only: isReadOnly }] of others) {
      expect([user, isReadOnly]).toEqual([expect.stringMatching(/^[1-9]\d*:\d+$/), true]);
    }
  });

  it('keeps what the service, its budgets and Postgres write', () => {
    expect(Object.keys(compose.volumes).sort()).toEqual(['app-data', 'postgres-data', 'redis-data']);
    for (const [name, volume] of [
      ['app', 'app-data'],
      ['redis', 'redis-data'],
      ['postgres', 'postgres-data'],
    ] as const) {
      expect(JSON.stringify(service(name).volumes)).toContain(volume);
    }
  });

  it('starts each once what it stands on is healthy', () => {
    expect(service('nginx').depends_on).toMatchObject({ app: { condition: 'service_healthy' } });
    const healthy = { condition: 'service_healthy' };
    expect(service('app').depends_on).toMatchObject({ redis: healthy, 'redis-cache': healthy, postgres: healthy });
  });
});

it('names no password in docker-compose.yml', () => {
  expect(text.replace(/\$\{\w+(:[?-][^}]*)?\}/g, '')).not.toMatch(/:[^@/\s]+@|PASSWORD: *\S/);
});

const describeWithCompose = composer === undefined ? describe.skip : describe;

describeWithCompose('docker compose config', () => {
  it('takes the file', () => {
    const { status, stderr } = configured(SECRETS);
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(Object.keys(SECRETS))('asks for %s in a sentence where it is missing or empty', (name) => {
    const others = Object.fromEntries(Object.entries(SECRETS).filter(([other]) => other !== name));
    for (const variables of [others, { ...others, [name]: '' }]) {
      const { status, stderr } = configured(variables);
      expect([status === 0, stderr]).toEqual([false, expect.stringContaining(`set ${name} to `)]);
    }
  });
});

describe('the Dockerfile', () => {
  const stages = dockerfile.split(/^FROM /m).slice(1);
  const last = stages.at(-1) ?? '';
  const ignored = readFileSync(join(PROJECT, '.dockerignore'), 'utf8').split('\n');

  it('copies what is there and what .dockerignore lets through', () => {
    const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list = '']) => list.split(' '));
    expect(copies).toEqual(expect.arrayContaining(['package-lock.json', 'src', 'config']));
    for (const source of copies) {
      expect([source, existsSync(join(PROJECT, source)), ignored.includes(`!${source}`)]).toEqual([source, true, true]);
    }
    const [everything] = ignored.filter((line) => line !== '' && !line.startsWith('#'));
    expect(everything).toBe('*');
  });

  it('copies out of stages that it has', () => {
    const names = stages.map((stage) => /^\S+ AS (\S+)/.exec(stage)?.[1]);
    const sources = [...dockerfile.matchAll(/^COPY --from=(\S+)/gm)].map(([, name]) => name);
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) expect(names).toContain(source);
  });

  it('runs production packages as a user other than root, with a folder of its own', () => {
    expect(last).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(last.indexOf('\nUSER')).toBeLessThan(last.indexOf('\nCMD'));
    expect(last).toMatch(/^VOLUME \["\/data"\]$/m);
    expect(last).not.toMatch(/npm|--from=build \/app\/node_modules/);
    expect(stages.find((stage) => / AS packages\n/.test(stage))).toMatch(/npm ci --omit=dev/);
  });

  it('stops by a signal that reaches the service itself', () => {
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(last).toMatch(/^CMD \["node", "dist\/main\.js"\]$/m);
    expect(last).toMatch(/^HEALTHCHECK .*CMD \["node", "-e", .+\]$/m);
  });
});
