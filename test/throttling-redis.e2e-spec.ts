import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import { ApiKeys } from '../src/common/config/api-keys.js';
import { SecretText } from '../src/common/secrets/secret-text.js';
import type { ServiceConfig } from '../src/common/config/service-config.js';
import { eventually } from './support/eventually.js';
import type { Answer } from './support/http-client.js';
import { RedisProcess } from './support/redis-process.js';
import { ServiceApp } from './support/service-app.js';
import { StubProvider } from './support/stub-provider.js';

jest.setTimeout(60_000);

const KEY = 'a-key-of-the-tests';
const OTHER_KEY = 'another-key-of-the-tests';
/** A slow machine is no outage. */
const PATIENT_MS = 5000;
const CLIENT = '9.9.7.7';

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write('redis-server is not installed: the shared limit of requests is not tested.\n');

(isInstalled ? describe : describe.skip)('two services with one Redis', () => {
  let redis: RedisProcess;
  let services: ServiceApp[] = [];

  beforeEach(async () => {
    redis = await RedisProcess.start();
  });
  afterEach(async () => {
    for (const service of services) await service.close();
    await redis.close();
  });

  const pair = async (settings: Partial<ServiceConfig>): Promise<readonly ServiceApp[]> => {
    const start = (): Promise<ServiceApp> =>
      ServiceApp.start(
        { redisUrl: new SecretText(redis.url), deadlineMs: PATIENT_MS, redisDeadlineMs: PATIENT_MS, ...settings },
        (builder) => builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([new StubProvider()]),
      );
    services = await Promise.all([start(), start()]);
    return services;
  };
  const alternately = async (both: readonly ServiceApp[], count: number, key = KEY): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (let index = 0; index < count; index += 1) {
      const http = both[index % 2]?.http;
      if (http === undefined) throw new Error('There is no such service.');
      answers.push(await http.post('/v1/ips/risk', { ip_address: '8.8.8.8' }, [['x-api-key', key]]));
    }
    return answers;
  };
  const passed = (answers: readonly Answer[]): number => answers.filter(({ status }) => status === 200).length;

  it('let the limit pass once between them', async () => {
    const both = await pair({ throttleLimit: 10, apiKeys: new ApiKeys([KEY]) });
    expect(passed(await alternately(both, 20))).toBe(10);
  });

  it('keep neither a key nor an address there, and nothing without an end', async () => {
    const both = await pair({
      throttleLimit: 10,
      apiKeys: new ApiKeys([KEY]),
      hashKey: new SecretText('a-secret-of-the-tests'),
    });
    await alternately(both, 4);
    await alternately(both, 4, 'a-wrong-key-of-the-tests');
    await both[0]?.http.from(CLIENT, '/v1/fraud-score');
    const names = (await redis.look('KEYS', '*throttle*')) as string[];
    expect(names).toHaveLength(3);
    expect(names.join()).not.toMatch(/-key-of-the-tests|9\.9\.7\.7|127\.0/);
    for (const name of names) expect(Number(await redis.look('PTTL', name))).toBeGreaterThan(0);
  });

  it('let the limit pass once each while it is away, from where the count stood, and share it again after', async () => {
    const both = await pair({ throttleLimit: 10, apiKeys: new ApiKeys([KEY, OTHER_KEY]) });
    expect(passed(await alternately(both, 4))).toBe(4);
    await redis.kill();
    // The first knows of three (its own two, and one of the other before), the second of all four.
    const away = await alternately(both, 30);
    expect(passed(away)).toBe(7 + 6);
    expect(away.map(({ status }) => status).filter((status) => status !== 200 && status !== 429)).toEqual([]);
    await redis.restart();
    await eventually(async () => {
      await alternately(both, 2, OTHER_KEY);
      const [name] = (await redis.look('KEYS', '*throttle*')) as string[];
      expect(Number(await redis.look('GET', name ?? ''))).toBeGreaterThanOrEqual(2);
    });
    expect(passed(await alternately(both, 20))).toBe(10);
  });
});
