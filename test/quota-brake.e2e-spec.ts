import { RedisStore } from '../src/common/redis/redis-store.js';
import { QuotaBrake } from '../src/modules/providers/protection/quota-brake.js';
import { redisCounter } from '../src/modules/providers/protection/redis-counter.js';
import type { SharedCounter } from '../src/modules/providers/protection/shared-counter.js';
import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import { RedisCluster } from './support/redis-cluster.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';

const ASN = 64496;
const SITE_KEY = 'ip-risk:new:2001:db8:1::/48';
const ASN_KEY = `ip-risk:new:AS${ASN}`;
/** Starting servers and waiting for connections; only a failure takes as long. */
jest.setTimeout(60_000);

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const describeWithRedis = isInstalled ? describe : describe.skip;

const inSite = (site: number, network: number): IpAddress =>
  parseIpAddress(`2001:db8:${site.toString(16)}:${network.toString(16)}::1`) as IpAddress;

describeWithRedis('QuotaBrake on Redis', () => {
  let redis: RedisProcess;
  let stores: RedisStore[] = [];
  /** How often it was not known what the others counted. */
  let unknown = 0;

  /** The brake of one process; a slow machine is no outage. */
  const process = async ({ url = redis.url, windowMs = 3_600_000 } = {}) => {
    const store = await RedisStore.open(url, { deadlineMs: 5000 });
    stores.push(store);
    const counter: SharedCounter = {
      count: async (key, ms) => {
        const shared = await redisCounter(store, (name) => name).count(key, ms);
        if (shared === undefined) unknown += 1;
        return shared;
      },
    };
    return new QuotaBrake({ perPrefix: 50, perAsn: 120, windowMs, clock: new FakeClock(), counter });
  };
  let network = 0;
  const admitted = async (brake: QuotaBrake, count: number, site: (index: number) => number) => {
    const all = await Promise.all(
      Array.from({ length: count }, async (_, index) => await brake.admit(inSite(site(index), (network += 1)), ASN)),
    );
    return all.filter(Boolean).length;
  };

  beforeEach(async () => {
    network = 0;
    redis = await RedisProcess.start();
  });
  afterEach(async () => {
    for (const store of stores) store.close();
    stores = [];
    await redis.close();
  });

  it('lets no more of a /48 and of a system through than the caps, over two processes at the same time', async () => {
    const run = async () => {
      unknown = 0;
      await redis.look('FLUSHALL');
      const both = await Promise.all([process(), process()]);
      const byBoth = async (site: (index: number) => number) => {
        const sums = await Promise.all(both.map((brake) => admitted(brake, 1000, site)));
        return sums.reduce((sum, each) => sum + each);
      };
      // Both ask fifty times before they hear of each other: what is refused then is counted too.
      return [await byBoth(() => 1), await byBoth((index) => 2 + index)];
    };
    let sums = await run();
    // A machine too busy for Redis to answer in time is an outage, and another test.
    while (unknown > 0) sums = await run();
    expect(sums).toEqual([50, 20]);
    expect(await redis.look('EXISTS', SITE_KEY, ASN_KEY)).toBe(2);
  });

  it('gives every key an end, also one that had none or a later one', async () => {
    const brake = await process({ windowMs: 100_000 });
    await redis.look('SET', ASN_KEY, '7');
    await redis.look('SET', SITE_KEY, '7', 'EX', '1000000');
    await brake.admit(inSite(1, 1), ASN);
    await brake.admit(inSite(2, 1), ASN);
    const keys = (await redis.look('KEYS', '*')) as string[];
    expect(keys.sort()).toEqual([SITE_KEY, 'ip-risk:new:2001:db8:2::/48', ASN_KEY]);
    for (const key of keys) {
      const leftMs = Number(await redis.look('PTTL', key));
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThanOrEqual(100_000);
    }
    expect(await redis.look('GET', ASN_KEY)).toBe('9');
  });

  it.each([
    ['a list', ['RPUSH', SITE_KEY, '99']],
    ['text', ['SET', SITE_KEY, 'many']],
    ['more than can be counted', ['SET', SITE_KEY, '9223372036854775807']],
    ['less than nothing', ['SET', SITE_KEY, '-500']],
  ])('counts for itself where %s is under its key', async (_, [command = '', ...args]) => {
    await redis.look(command, ...args);
    expect(await admitted(await process(), 200, () => 1)).toBe(50);
  });

  it('goes on with what it knows while Redis is away, and with others when it is back', async () => {
    const [first, second] = await Promise.all([process(), process()]);
    expect(await admitted(first, 30, () => 1)).toBe(30);
    await redis.kill();
    expect(await admitted(first, 200, () => 1)).toBe(20);
    await redis.restart();
    await eventually(async () => {
      await second.admit(inSite(3, 1000 + (network += 1)), ASN);
      expect(await redis.look('EXISTS', ASN_KEY)).toBe(1);
    });
    expect(await admitted(first, 200, () => 1)).toBe(0);
    expect(await admitted(second, 200, () => 1)).toBe(50);
  });

  it('counts on a cluster, where a site and its system are in different places', async () => {
    const cluster = await RedisCluster.start();
    try {
      const both = await Promise.all([process({ url: cluster.url }), process({ url: cluster.url })]);
      const sums: number[] = [];
      for (const brake of [...both, ...both]) sums.push(await admitted(brake, 60, (index) => 1 + (index % 6)));
      expect(sums).toEqual([60, 60, 0, 0]);
      const keys = await Promise.all(cluster.masters.map((master) => master.look('DBSIZE')));
      expect(keys.map(Number).reduce((sum, count) => sum + count)).toBe(7);
    } finally {
      await cluster.close();
    }
  });
});
