import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import { EntrySeal } from '../src/common/redis/entry-seal.js';
import { RedisStore } from '../src/common/redis/redis-store.js';
import { lookupOptions } from '../src/modules/ip-risk/engine-options.js';
import { RedisBreakerNews } from '../src/modules/providers/protection/breaker-news/redis-breaker-news.js';
import { VendorLane } from '../src/modules/providers/protection/vendor-lane.js';
import { accountOf } from '../src/modules/providers/vendor.js';
import { eventually } from './support/eventually.js';
import { example } from './support/example-vendor.js';
import { FakeClock } from './support/fake-clock.js';
import { RedisCluster } from './support/redis-cluster.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';
import { failWith, ScriptedProvider } from './support/scripted-provider.js';

const CHANNEL = 'ip-risk:vendor-news';
const ACCOUNT = '0123456789ab';
const KEY = `ip-risk:vendor-news:v:${ACCOUNT}`;
const HASH_KEY = 'a-secret-of-the-tests';
const seal = new EntrySeal(HASH_KEY);
const newsOn = (store: RedisStore, more: Partial<ConstructorParameters<typeof RedisBreakerNews>[1]> = {}) =>
  new RedisBreakerNews(store, { seal, accountOf: () => ACCOUNT, ...more });
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

  /** A slow machine is no outage. */
  const open = async (url = redis.url) => {
    const store = await RedisStore.open(url, { deadlineMs: 5000 });
    stores.push(store);
    return store;
  };
  /** The lane of one process, which hears what the others say. */
  const process = async (more: Parameters<typeof newsOn>[1] = {}) => {
    const store = await open();
    const vendor = new ScriptedProvider('v');
    const clock = new FakeClock();
    const lane = new VendorLane({ provider: vendor, clock, news: newsOn(store, more) });
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
    const store = await open();
    const news = newsOn(store);
    const pause = { kind: 'paused', providerId: 'v', code: 'PROVIDER_QUOTA', pauseMs: 60_000 } as const;
    news.tell(pause);
    news.tell({ kind: 'suspected', providerId: 'v' });
    await eventually(async () => {
      expect(await newsOn(store).recent('v')).toMatchObject({ kind: 'paused' });
    });
    expect(await news.recent('v')).toBeUndefined();
  });

  it('takes no notice of anything else in the channel or under the key', async () => {
    const pause = {
      from: 'x',
      account: ACCOUNT,
      kind: 'paused',
      providerId: 'v',
      code: 'PROVIDER_QUOTA',
      pauseMs: 60_000,
    };
    // Without an end.
    await redis.look('SET', KEY, seal.close(KEY, pause));
    const a = await process();
    expect(a.lane.report().breaker).toBe('closed');
    // Sealed for another place, and not at all.
    for (const text of [seal.close(CHANNEL, pause), JSON.stringify(pause)]) {
      await redis.look('SET', KEY, text, 'PX', '60000');
      expect((await process()).lane.report().breaker).toBe('closed');
    }
    await redis.look('DEL', KEY);
    await redis.look('RPUSH', KEY, 'x');
    await heardBy(3);
    const wrong = [
      { ...pause, pauseMs: -1 },
      { ...pause, providerId: 'w' },
      { ...pause, account: 'another' },
    ];
    const sealed = wrong.map((note) => seal.close(CHANNEL, note));
    const forged = [JSON.stringify(pause), new EntrySeal().close(CHANNEL, pause), seal.close(KEY, pause)];
    for (const text of ['', '{', '[]', '7', 'x'.repeat(100_000), ...sealed, ...forged]) {
      await redis.look('PUBLISH', CHANNEL, text);
    }
    expect((await process()).lane.report().breaker).toBe('closed');
    // In the order of arrival: what came before it was heard too.
    await redis.look('PUBLISH', CHANNEL, seal.close(CHANNEL, { ...pause, kind: 'suspected' }));
    await reported(a, { breaker: 'half-open' });
  });

  it('carries nothing to who has another account or another hash key', async () => {
    const a = await process();
    const same = await process();
    const strangers = [
      await process({ accountOf: () => 'another' }),
      await process({ seal: new EntrySeal() }),
      await process({ seal: new EntrySeal('another-secret-of-the-tests') }),
    ];
    await heardBy(5);
    a.vendor.script = failWith('PROVIDER_QUOTA', 60_000);
    await a.ask();
    await reported(same, { breaker: 'open', heard: 'paused' });
    strangers.push(await process({ accountOf: () => 'another' }), await process({ seal: new EntrySeal() }));
    await heardBy(7);
    // What comes after it is heard, so it was heard as well.
    for (const [account, by] of [
      ['another', seal],
      [ACCOUNT, new EntrySeal()],
      [ACCOUNT, new EntrySeal('another-secret-of-the-tests')],
    ] as const) {
      const note = { from: 'x', account, kind: 'suspected', providerId: 'v' };
      await redis.look('PUBLISH', CHANNEL, by.close(CHANNEL, note));
    }
    for (const stranger of strangers) await reported(stranger, { breaker: 'half-open', heard: 'suspected' });
  });

  it('is set up by the module for the account of each vendor and the hash key', async () => {
    const setUp = async (key: string, hashKey = HASH_KEY) => {
      const providers = [example({ key })];
      const options = { providers, redis: { url: redis.url, hashKey } };
      const { news } = lookupOptions(options, providers, { cache: await open(), lasting: undefined }, new FakeClock());
      if (news === undefined) throw new Error('There is no news.');
      return news;
    };
    const [first, second, otherAccount, otherSeal] = await Promise.all([
      setUp('a-key-of-production'),
      setUp('a-key-of-production'),
      setUp('a-key-of-staging'),
      setUp('a-key-of-production', 'another-secret-of-the-tests'),
    ]);
    const told = { kind: 'suspected', providerId: 'example' } as const;
    first.tell(told);
    await eventually(async () => {
      expect(await second.recent('example')).toEqual(told);
    });
    expect(await otherAccount.recent('example')).toBeUndefined();
    expect(await otherSeal.recent('example')).toBeUndefined();
    const account = accountOf(example({ key: 'a-key-of-production' }));
    expect(await redis.look('KEYS', '*')).toEqual([`ip-risk:vendor-news:example:${account}`]);
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
      const member = async () => newsOn(await open(cluster.url));
      const processes = await Promise.all([member(), member(), member()]);
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
