import { IP_INTELLIGENCE_PROVIDERS, IpRiskModule, type IpIntelligenceProvider } from 'nestjs-ip-risk';
import { Test } from '@nestjs/testing';
import { SecretText } from '../src/common/secrets/secret-text.js';
import { readServiceConfig, type ServiceConfig } from '../src/common/config/service-config.js';
import { InvalidConfigurationError } from '../src/common/errors/ip-risk.error.js';
import { eventually } from './support/eventually.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';
import { ScriptedProvider } from './support/scripted-provider.js';
import { ServiceApp } from './support/service-app.js';

/** Starting servers and waiting for outages that last; only a failure takes as long. */
jest.setTimeout(60_000);

const HASH_KEY = 'a-secret-of-the-tests';
/** A slow machine is no outage. */
const PATIENT = { deadlineMs: 5000, redisDeadlineMs: 5000 };

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const describeWithRedis = isInstalled ? describe : describe.skip;

/** A vendor whose credits are counted, and data that answer without it. */
const providersOf = (): readonly ScriptedProvider[] => [
  new ScriptedProvider('vendor', undefined, { limits: { dailyBudget: 100 } }),
  new ScriptedProvider('local', undefined, { kind: 'offline' }),
];

describeWithRedis('the service with Redis', () => {
  let lasting: RedisProcess;
  let cache: RedisProcess;
  let service: ServiceApp | undefined;

  beforeEach(async () => {
    [lasting, cache] = await Promise.all([RedisProcess.start(), RedisProcess.start()]);
  });
  afterEach(async () => {
    await service?.close();
    service = undefined;
    await Promise.all([lasting.close(), cache.close()]);
  });

  const start = async (
    settings: Partial<ServiceConfig> = {},
    providers: readonly IpIntelligenceProvider[] = providersOf(),
  ) => {
    const shared = { redisUrl: new SecretText(lasting.url), hashKey: new SecretText(HASH_KEY) };
    service = await ServiceApp.start({ ...shared, ...PATIENT, ...settings }, (builder) =>
      builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue(providers),
    );
    return service;
  };
  const startApart = () => start({ cacheRedisUrl: new SecretText(cache.url), throttleLimit: 1000 });
  const assess = async ({ http }: ServiceApp, ip: string) =>
    (await http.post('/v1/ips/risk', { ip_address: ip })).json.assessment as unknown;
  const detailsOf = async ({ http }: ServiceApp) =>
    ((await http.call('/health')).json as { details: Record<string, Record<string, unknown>> }).details;
  const kindsIn = async (redis: RedisProcess) =>
    ((await redis.look('KEYS', '*')) as string[]).map(
      (key) => /credits|throttle|new|vendor-news|entry|lease/.exec(key)?.[0],
    );

  it('keeps the credits in REDIS_URL alone, and everything else in CACHE_REDIS_URL alone', async () => {
    const app = await startApart();
    await assess(app, '2a00:1450:4001::1');
    await eventually(async () => {
      expect(new Set(await kindsIn(lasting))).toEqual(new Set(['credits']));
      expect(new Set(await kindsIn(cache))).toEqual(new Set(['entry', 'new', 'throttle']));
    });
    const { redis } = await detailsOf(app);
    const up = { redis_status: 'up', kind: 'single', down_since: null, reason: null };
    expect(redis).toEqual({ status: 'up', cache: up, lasting: up });
  });

  it('keeps all of it in REDIS_URL where there is no other', async () => {
    const app = await start();
    await assess(app, '2a00:1450:4001::1');
    await eventually(async () => {
      expect(new Set(await kindsIn(lasting))).toEqual(new Set(['credits', 'entry', 'new', 'throttle']));
    });
    expect((await detailsOf(app))['redis']).toEqual({
      status: 'up',
      all: { redis_status: 'up', kind: 'single', down_since: null, reason: null },
    });
  });

  it('shares news of vendors over CACHE_REDIS_URL', async () => {
    await startApart();
    await eventually(async () => {
      expect(await cache.look('PUBSUB', 'CHANNELS')).toEqual(expect.arrayContaining(['ip-risk:vendor-news']));
    });
    expect(await lasting.look('PUBSUB', 'CHANNELS')).toEqual([]);
  });

  it.each(['REDIS_URL', 'CACHE_REDIS_URL'])(
    'is degraded and not down without %s, and names it in its log',
    async (away) => {
      const app = await startApart();
      const warnings: unknown[] = [];
      const silent = () => undefined;
      app.app.useLogger({ log: silent, error: silent, warn: (line: unknown) => warnings.push(line) });
      await (away === 'REDIS_URL' ? lasting : cache).kill();
      await eventually(() => {
        expect(warnings).toEqual([
          expect.stringMatching(new RegExp(`^Redis cannot be used \\(\\w+\\); see ${away}\\.$`)),
        ]);
      });
      app.app.useLogger(false);
      const { redis } = await detailsOf(app);
      const [gone, other] = away === 'REDIS_URL' ? ['lasting', 'cache'] : ['cache', 'lasting'];
      expect(redis).toMatchObject({
        status: 'up',
        [gone]: { redis_status: 'degraded', down_since: expect.any(String), reason: expect.any(String) },
        [other]: { redis_status: 'up' },
      });
      expect(await assess(app, '2a00:1450:4001::1')).toMatchObject({ status: 'complete' });
      expect((await app.http.call('/health/ready')).status).toBe(200);
    },
  );

  it('looks up as many networks of a /48 as IP_RISK_NEW_PER_PREFIX says, and reports the rest', async () => {
    const providers = providersOf();
    const { newPerPrefix } = readServiceConfig({ IP_RISK_NEW_PER_PREFIX: '1' });
    const app = await start({ newPerPrefix }, providers);
    expect((await detailsOf(app))['quota_brake']).toEqual({
      status: 'up',
      braked: 0,
      last_braked_at: null,
      last_braked_by: null,
    });
    expect(await assess(app, '2a00:1450:4001::1')).toMatchObject({ stands_in: null });
    expect(await assess(app, '2a00:1450:4001:1::1')).toMatchObject({ stands_in: 'quota-brake' });
    expect(await assess(app, '2a00:1450:4002::1')).toMatchObject({ stands_in: null });
    expect(providers[0]?.asked).toEqual(['2a00:1450:4001::1', '2a00:1450:4002::1']);
    expect((await detailsOf(app))['quota_brake']).toEqual({
      status: 'up',
      braked: 1,
      last_braked_at: expect.stringMatching(/^\d{4}-/),
      last_braked_by: 'prefix',
    });
  });

  it('keeps verdicts for as long as IP_RISK_CACHE_SECONDS says', async () => {
    const seconds = 'low=1000,stale-while-revalidate=0,stale-if-error=0';
    const { cacheSeconds } = readServiceConfig({ IP_RISK_CACHE_SECONDS: seconds });
    await assess(await start({ cacheSeconds }), '2a00:1450:4001::1');
    await eventually(async () => {
      const [entry = ''] = (await lasting.look('KEYS', '*:entry')) as string[];
      const leftMs = Number(await lasting.look('PTTL', entry));
      // By default they are there for more than an hour.
      expect(leftMs).toBeGreaterThan(500_000);
      expect(leftMs).toBeLessThanOrEqual(1_200_000);
    });
  });
});

describe('IP_RISK_CACHE_SECONDS', () => {
  const read = (text: string) => () => readServiceConfig({ IP_RISK_CACHE_SECONDS: text }).cacheSeconds;

  it('is read by the names of the library', () => {
    expect(read('low=60, anonymised=2592000,failure=300,stale-while-revalidate=0,stale-if-error=7')()).toEqual({
      low: 60,
      anonymised: 2_592_000,
      failure: 300,
      staleWhileRevalidate: 0,
      staleIfError: 7,
    });
    expect(read('')()).toEqual({});
  });

  it.each([
    'lwo=60',
    'low',
    'low=',
    'low=-1',
    'low=1.5',
    'low=2592001',
    'failure=301',
    'low=60,high',
    'staleIfError=7',
  ])('stops the start with "%s"', (text) => {
    expect(read(text)).toThrow(InvalidConfigurationError);
    expect(read(text)).toThrow(/IP_RISK_CACHE_SECONDS must be a list such as/);
  });
});

describeWithRedis('the module with Redis', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await RedisProcess.start();
  });
  afterAll(() => redis.close());

  const startWith = async (more: object, deadlineMs = 5000): Promise<void> => {
    const options = { providers: providersOf(), deadlineMs, redis: { url: redis.url, ...more } };
    await Test.createTestingModule({ imports: [IpRiskModule.forRoot(options)] }).compile();
  };
  /** Of anybody but the test itself. */
  const connections = async () =>
    String(await redis.look('CLIENT', 'LIST'))
      .split('\n')
      .filter((line) => line !== '' && !/ cmd=client/.test(line));

  it.each<[string, object, RegExp]>([
    ['a hash key of 15 characters', { hashKey: 'x'.repeat(15) }, /^redis\.hashKey \(IP_RISK_HASH_KEY\) must have 16 /],
    ['a deadline of nothing', { deadlineMs: 0 }, /^redis\.deadlineMs \(IP_RISK_REDIS_DEADLINE_MS\): 0 /],
    ['a deadline of less', { deadlineMs: -1 }, /^redis\.deadlineMs .*: -1 /],
    ['a deadline of NaN', { deadlineMs: NaN }, /^redis\.deadlineMs .*: NaN /],
    ['no deadline', { deadlineMs: Infinity }, /^redis\.deadlineMs .*: Infinity /],
    ['another cacheUrl', { cacheUrl: 'http://canary@127.0.0.1' }, /^redis\.cacheUrl \(CACHE_REDIS_URL\) must be a URL/],
    ['another url', { url: 'canary' }, /^redis\.url \(REDIS_URL\) must be a URL/],
  ])('does not start with %s, says so in a sentence, and leaves no connection open', async (_, more, sentence) => {
    const error: unknown = await startWith(more).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidConfigurationError);
    expect((error as Error).message).toMatch(sentence);
    expect((error as Error).message).not.toContain('canary');
    expect(await connections()).toEqual([]);
  });
});
