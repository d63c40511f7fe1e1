import { EntrySeal } from '../src/common/redis/entry-seal.js';
import { RedisTier } from '../src/modules/caching/redis/redis-tier.js';
import { systemClock } from '../src/common/clock/clock.js';
import { eventually } from './support/eventually.js';
import { RedisCluster } from './support/redis-cluster.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';
import { RedisStoreBench } from './support/redis-store-bench.js';
import { sharedTierContract, type TierPair } from './support/shared-tier-contract.js';

/** Starting servers and waiting for connections; only a failure takes as long. */
jest.setTimeout(60_000);

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const describeWithRedis = isInstalled ? describe : describe.skip;

const SECRET = 'canary-secret';
const VERSION = 'v1';

async function tierOn(bench: RedisStoreBench, url: string, secret = SECRET, version = VERSION): Promise<RedisTier> {
  // A busy machine is no failure: what is told apart here is not how fast Redis is.
  const store = await bench.open(url, { deadlineMs: 2000 });
  await eventually(() => {
    expect(store.isUp).toBe(true);
  });
  return new RedisTier({ store, seal: new EntrySeal(secret), version, clock: systemClock });
}

async function keysOf(server: RedisProcess): Promise<readonly string[]> {
  return (await server.look('KEYS', '*')) as string[];
}

async function livesOf(servers: readonly RedisProcess[]): Promise<readonly (number | undefined)[]> {
  const lives: (number | undefined)[] = [];
  for (const server of servers) {
    for (const key of await keysOf(server)) {
      const ms = Number(await server.look('PTTL', key));
      // -2: it ended since.
      if (ms !== -2) lives.push(ms === -1 ? undefined : ms);
    }
  }
  return lives;
}

async function pairOn(bench: RedisStoreBench, url: string, servers: readonly RedisProcess[]): Promise<TierPair> {
  return {
    one: await tierOn(bench, url),
    other: await tierOn(bench, url),
    now: () => Date.now(),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    livesMs: () => livesOf(servers),
  };
}

describeWithRedis('RedisTier keeps the contract of a shared tier', () => {
  let bench: RedisStoreBench;
  let pair: TierPair;
  beforeAll(() => (bench = new RedisStoreBench()));
  afterAll(async () => {
    expect(await bench.close()).toEqual([]);
  });

  describe('on a single node:', () => {
    beforeAll(async () => {
      const redis = bench.keep(await RedisProcess.start());
      pair = await pairOn(bench, redis.url, [redis]);
    });
    sharedTierContract(() => pair);
  });

  describe('on a cluster of three:', () => {
    beforeAll(async () => {
      const cluster = bench.keep(await RedisCluster.start());
      pair = await pairOn(bench, cluster.url, cluster.masters);
    });
    sharedTierContract(() => pair);
  });
});

describeWithRedis('RedisTier', () => {
  let bench: RedisStoreBench;
  let redis: RedisProcess;
  let tier: RedisTier;
  const KEY = '198.51.100.77/32';
  const entry = { data: { text: 'sound' }, storedAt: 1_000 };

  beforeAll(async () => {
    redis = await RedisProcess.start();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.look('FLUSHALL');
    bench = new RedisStoreBench();
    tier = await tierOn(bench, redis.url);
  });
  afterEach(async () => {
    expect(await bench.close()).toEqual([]);
  });

  it('writes no address into a name, and gives every key an end', async () => {
    await tier.put(KEY, entry, 60_000);
    await tier.lease(`${KEY}-`, 60_000);
    const keys = await keysOf(redis);
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^ip-risk:v1:\{[\w-]{22}\}:(entry|lease)$/);
    expect(await livesOf([redis])).not.toContain(undefined);
  });

  it.each([
    ['another secret', 'another', VERSION],
    ['no secret', '', VERSION],
    ['another version', SECRET, 'v2'],
  ])('neither reads nor is told to forget what was written with %s', async (_, secret, version) => {
    const stranger = await tierOn(bench, redis.url, secret, version);
    const heard: string[] = [];
    tier.onForget((key) => heard.push(key));
    await stranger.put(KEY, entry, 60_000);
    expect([await tier.read(KEY), await stranger.read(KEY)]).toEqual([undefined, entry]);
    await stranger.forget(KEY);
    await eventually(async () => {
      await tier.forget('own');
      expect(heard).toContain('own');
    });
    expect(heard).not.toContain(KEY);
  });

  it('takes no notice of a foreign value in the place of a lease, and loads all the same', async () => {
    await tier.lease(KEY, 60_000);
    const [name = ''] = await keysOf(redis);
    await redis.look('DEL', name);
    await redis.look('RPUSH', name, 'foreign');
    const answer = await tier.lease(KEY, 60_000);
    expect(answer?.lease).toBeDefined();
    await answer?.lease?.put(entry, 60_000);
    expect(await tier.read(KEY)).toEqual(entry);
  });

  it.each([
    ['longer than anything that is read', { text: 'ä'.repeat(40_000) }],
    ['nothing that JSON holds', { big: 1n }],
  ])('keeps no entry that is %s, and ends the lease all the same', async (_, data) => {
    await tier.put(KEY, { data, storedAt: 1 }, 60_000);
    await (await tier.lease(KEY, 60_000))?.lease?.put({ data, storedAt: 1 }, 60_000);
    expect(await keysOf(redis)).toEqual([]);
  });

  it('answers with nothing while Redis is away, in every way it can be asked', async () => {
    const held = (await tier.lease(KEY, 60_000))?.lease;
    await redis.kill();
    expect(await tier.read(KEY)).toBeUndefined();
    expect(await tier.lease(KEY, 60_000)).toBeUndefined();
    expect(await tier.landed(KEY, 60_000)).toBeUndefined();
    expect(await tier.forget(KEY)).toBe(false);
    await tier.put(KEY, entry, 60_000);
    await held?.put(entry, 60_000);
    await held?.release();
    expect(tier.isUp).toBe(false);
    await redis.restart();
  });
});
