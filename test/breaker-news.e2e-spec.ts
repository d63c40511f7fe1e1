import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import { RedisStore } from '../src/common/redis/redis-store.js';
import { RedisBreakerNews } from '../src/modules/providers/protection/breaker-news/redis-breaker-news.js';
import { VendorLane } from '../src/modules/providers/protection/vendor-lane.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import { RedisCluster } from './support/redis-cluster.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';
import { failWith, ScriptedProvider } from './support/scripted-provider.js';

const CHANNEL = 'ip-risk:vendor-news';
const KEY = 'ip-risk:vendor-news:v';
const address = parseIpAddress('8.8.8.8') as IpAddress;
const context = { signal: new AbortController().signal, deadlineAt: Infinity };
/** Starting servers and waiting for connections; only a failure takes as long. */
jest.setTimeout(60_000);

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const describeWithRedis = isInstalled ? describe : describe.skip;

describeWithRedis('RedisBreakerNews', () => {
  let redis: RedisProcess;
  let stores: RedisStore[] = [];

  /** The lane of one process, which hears what the others say. */
  const process = async () => {
    const store = await RedisStore.open(redis.url);
    stores.push(store);
    const vendor = new ScriptedProvider('v');
    const clock = new FakeClock();
    const lane = new VendorLane({ provider: vendor, clock, news: new RedisBreakerNews(store) });
    await lane.start();
    return { vendor, clock, lane, ask: () => lane.ask(address, context) };
  };
  const heardBy = (count: number) =>
    eventually(async () => {
      expect(await redis.look('PUBSUB', 'NUMSUB', CHANNEL)).toEqual([CHANNEL, count]);
    });
  const reported = ({ lane }: { lane: VendorLane }, report: object) =>
    eventually(() => {
      expect(lane.report()).toMatchObject(report);
    });

  beforeEach(async () => {
    redis = await RedisProcess.start();
  });
  afterEach(async () => {
    for (const store of stores) store.close();
    stores = [];
    await redis.close();
  });

  it('pauses the others, and who comes later, for what is left of a quota’s pause', async () => {
    const [a, b] = await Promise.all([process(), process()]);
    await heardBy(2);
    a.vendor.script = failWith('PROVIDER_QUOTA', 60_000);
    await a.ask();
    await reported(b, { breaker: 'open', heard: 'paused' });
    expect(a.lane.report().heard).toBeUndefined();
    await eventually(async () => {
      expect(Number(await redis.look('PTTL', KEY))).toBeGreaterThan(0);
    });
    await redis.look('PEXPIRE', KEY, '20000');
    const late = await process();
    expect(late.lane.report()).toMatchObject({ breaker: 'open', heard: 'paused' });
    late.clock.advance(20_000);
    expect(late.lane.report().breaker).toBe('half-open');
    expect(b.lane.report().breaker).toBe('open');
  });

  it('lets the others, and who comes soon after, try with one call when one gives up on the vendor', async () => {
    const [a, b] = await Promise.all([process(), process()]);
    await heardBy(2);
    a.vendor.script = failWith('PROVIDER_UNREACHABLE');
    for (let call = 0; call < 10; call += 1) await a.ask();
    await reported(b, { breaker: 'half-open', heard: 'suspected' });
    expect(await b.ask()).toMatchObject({ facts: {} });
    expect(b.lane.report().breaker).toBe('closed');
    const leftMs = Number(await redis.look('PTTL', KEY));
    expect(leftMs).toBeLessThanOrEqual(10_000);
    expect((await process()).lane.report()).toMatchObject({ breaker: 'half-open', heard: 'suspected' });
  });

  it('does not put a suspicion in the place of a pause', async () => {
    const store = await RedisStore.open(redis.url);
    stores.push(store);
    const news = new RedisBreakerNews(store);
    const pause = { kind: 'paused', providerId: 'v', code: 'PROVIDER_QUOTA', pauseMs: 60_000 } as const;
    news.tell(pause);
    news.tell({ kind: 'suspected', providerId: 'v' });
    await eventually(async () => {
      expect(await new RedisBreakerNews(store).recent('v')).toMatchObject({ kind: 'paused' });
    });
    expect(await news.recent('v')).toBeUndefined();
  });

  it('takes no notice of anything else in the channel or under the key', async () => {
    const pause = { from: 'x', kind: 'paused', providerId: 'v', code: 'PROVIDER_QUOTA', pauseMs: 60_000 };
    // Without an end.
    await redis.look('SET', KEY, JSON.stringify(pause));
    const a = await process();
    expect(a.lane.report().breaker).toBe('closed');
    await redis.look('DEL', KEY);
    await redis.look('RPUSH', KEY, 'x');
    await heardBy(1);
    for (const text of ['', '{', '[]', '7', JSON.stringify({ ...pause, pauseMs: -1 }), 'x'.repeat(100_000)]) {
      await redis.look('PUBLISH', CHANNEL, text);
    }
    await redis.look('PUBLISH', CHANNEL, JSON.stringify({ ...pause, providerId: 'w' }));
    expect((await process()).lane.report().breaker).toBe('closed');
    // In the order of arrival: what came before it was heard too.
    await redis.look('PUBLISH', CHANNEL, JSON.stringify({ from: 'x', kind: 'suspected', providerId: 'v' }));
    await reported(a, { breaker: 'half-open' });
  });

  it('tells and hears nothing while Redis is away, starts all the same, and hears again when it is back', async () => {
    const [a, b] = await Promise.all([process(), process()]);
    await heardBy(2);
    await redis.kill();
    a.vendor.script = failWith('PROVIDER_QUOTA', 60_000);
    expect(await a.ask()).toMatchObject({ code: 'PROVIDER_QUOTA' });
    const c = await process();
    expect([b, c].map(({ lane }) => lane.report().breaker)).toEqual(['closed', 'closed']);
    await redis.restart();
    await heardBy(3);
    a.clock.advance(60_000);
    // The store itself may not have noticed yet that Redis is back.
    await eventually(async () => {
      await a.ask();
      a.clock.advance(60_000);
      expect(b.lane.report().heard).toBe('paused');
    });
    await reported(c, { breaker: 'open', heard: 'paused' });
    for (const { lane } of [a, b, c]) lane.stop();
    await heardBy(0);
  });

  it('carries news over a cluster, whatever node each process talks to', async () => {
    const cluster = await RedisCluster.start();
    try {
      const open = async () => {
        const store = await RedisStore.open(cluster.url);
        stores.push(store);
        return new RedisBreakerNews(store);
      };
      const processes = await Promise.all([open(), open(), open()]);
      const news = { kind: 'suspected', providerId: 'v' } as const;
      const heard = new Set<RedisBreakerNews>();
      for (const each of processes) {
        each.listen((told) => {
          expect(told).toEqual(news);
          heard.add(each);
        });
      }
      const [first, ...others] = processes;
      await eventually(() => {
        first.tell(news);
        expect([...heard]).toEqual(expect.arrayContaining(others));
      });
      expect(heard).not.toContain(first);
      expect(await others[0].recent('v')).toEqual(news);
    } finally {
      await cluster.close();
    }
  });
});
