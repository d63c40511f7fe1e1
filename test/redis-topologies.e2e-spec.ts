import { RedisUnavailableError, type RedisStore } from '../src/common/redis/redis-store.js';
import { FaultyRedis } from './redis-faults/faulty-redis.mjs';
import { eventually } from './support/eventually.js';
import { RedisCluster } from './support/redis-cluster.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';
import { RedisSentinelSet } from './support/redis-sentinel-set.js';
import { read, RECOVERY_MS, RedisStoreBench, worksAgain, write } from './support/redis-store-bench.js';

const PASSWORD = 'canary-2b9c4e61';
/** Starting servers and waiting for connections; only a failure takes as long. */
jest.setTimeout(60_000);

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const describeWithRedis = isInstalled ? describe : describe.skip;

let bench: RedisStoreBench;
beforeEach(() => {
  bench = new RedisStoreBench();
});
afterEach(async () => {
  expect(await bench.close()).toEqual([]);
  expect(bench.warnings.join()).not.toMatch(/canary|127\.0\.0\.1|redis/);
});

const listen = (store: RedisStore, channel = 'channel') => {
  const heard: string[] = [];
  let gaps = 0;
  const end = store.subscribe(
    channel,
    (message) => {
      heard.push(message);
      if (message === 'throw') throw new Error('A listener that throws.');
    },
    () => (gaps += 1),
  );
  return { heard, end, gaps: () => gaps };
};
describeWithRedis('RedisStore on a Redis Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start({ password: PASSWORD, fullCoverage: false });
  });
  afterAll(() => cluster.close());

  const keysOf = () => Promise.all([0, 1, 2].map((index) => cluster.keyAt(index)));
  /** Which of the keys can be written. */
  const served = async (store: RedisStore, keys: readonly string[]) => {
    const written = await Promise.allSettled(keys.map((key) => write(store, key)));
    return written.map(({ status }) => status === 'fulfilled');
  };

  it('reaches the keys of every master, in transactions and scripts too', async () => {
    const store = await bench.open(cluster.url);
    for (const [index, key] of (await keysOf()).entries()) {
      await worksAgain(store, key);
      expect(await cluster.master(index).look('GET', key)).toBe('value');
      const transaction = await store.run((redis) => redis.multi().incr(`{${key}}n`).expire(`{${key}}n`, 9).exec());
      expect(transaction).toEqual([
        [null, 1],
        [null, 1],
      ]);
      expect(await store.run((redis) => redis.eval("return redis.call('GET', KEYS[1])", 1, key))).toBe('value');
    }
    expect(store.report()).toEqual({ status: 'up', kind: 'cluster' });
    expect(bench.warnings).toEqual([]);
  });

  it.each(['killed', 'frozen'])(
    'serves the keys of the others while one master is %s, and all afterwards',
    async (how) => {
      const cluster = bench.keep(await RedisCluster.start({ password: PASSWORD, fullCoverage: false }));
      const store = await bench.open(cluster.url);
      const keys = await keysOf();
      await eventually(async () => {
        expect(await served(store, keys)).toEqual([true, true, true]);
      });
      if (how === 'killed') await cluster.master(1).kill();
      else cluster.master(1).freeze();
      await expect(write(store, keys[1])).rejects.toThrow(RedisUnavailableError);
      await eventually(async () => {
        expect(await served(store, keys)).toEqual([true, false, true]);
      });
      await cluster.becomes('ok', [cluster.master(0), cluster.master(2)]);
      if (how === 'killed') await cluster.master(1).restart();
      else cluster.master(1).thaw();
      await eventually(async () => {
        expect(await served(store, keys)).toEqual([true, true, true]);
      }, RECOVERY_MS);
    },
  );

  it('hears on a cluster what is said at any node, also when the node it listens at dies', async () => {
    const store = await bench.open(cluster.url);
    const ear = listen(store);
    const everybody = ['a', 'b', 'c'];
    const saidEverywhere = () =>
      eventually(async () => {
        for (const [index, name] of everybody.entries()) {
          if (cluster.master(index).isRunning) await cluster.master(index).look('PUBLISH', 'channel', name);
        }
        const running = everybody.filter((_, index) => cluster.master(index).isRunning);
        expect(ear.heard).toEqual(expect.arrayContaining(running));
      }, RECOVERY_MS);
    await saidEverywhere();
    const listeners = await Promise.all(cluster.masters.map((master) => master.look('PUBSUB', 'CHANNELS')));
    const place = listeners.findIndex((channels) => String(channels) === 'channel');
    await cluster.master(place).kill();
    ear.heard.length = 0;
    await saidEverywhere();
    expect(ear.gaps()).toBe(1);
    await cluster.master(place).restart();
    await cluster.becomes('ok');
  });

  it('is down while the cluster is, and up when it is again', async () => {
    const store = await bench.open(cluster.url);
    const keys = await keysOf();
    for (const master of cluster.masters) await master.look('CONFIG', 'SET', 'cluster-require-full-coverage', 'yes');
    await cluster.master(2).kill();
    await cluster.becomes('fail', [cluster.master(0), cluster.master(1)]);
    expect(await served(store, keys)).toEqual([false, false, false]);
    await eventually(() => {
      expect(store.report()).toMatchObject({ status: 'down', reason: 'CLUSTERDOWN' });
    });
    const late = await bench.open(cluster.url);
    expect(late.isUp).toBe(false);
    await cluster.master(2).restart();
    await cluster.becomes('ok');
    for (const key of keys) for (const each of [store, late]) await worksAgain(each, key);
    // What is over within a second is not told.
    const told = bench.warnings.filter((warning) => warning.includes('cannot'));
    await eventually(() => {
      expect(bench.warnings.filter((warning) => warning.includes('again'))).toHaveLength(told.length);
    });
  });

  it('opens without the cluster and finds it later, also when all of it went away', async () => {
    await Promise.all(cluster.masters.map((master) => master.kill()));
    const store = await bench.open(cluster.url);
    await expect(write(store)).rejects.toThrow(RedisUnavailableError);
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(cluster.masters.map((master) => master.restart()));
      await cluster.becomes('ok');
      await worksAgain(store);
      if (round === 0) await Promise.all(cluster.masters.map((master) => master.kill()));
      await eventually(() => {
        expect(store.isUp).toBe(round === 1);
      });
    }
  });
});

describeWithRedis('RedisStore on a Sentinel set', () => {
  it('goes on with the replica when the master dies', async () => {
    const set = bench.keep(await RedisSentinelSet.start(PASSWORD));
    const store = await bench.open(set.url);
    await worksAgain(store);
    expect(store.report()).toEqual({ status: 'up', kind: 'sentinel' });
    await set.master.kill();
    await eventually(async () => {
      await expect(write(store)).rejects.toThrow(RedisUnavailableError);
    });
    await eventually(async () => {
      expect(await set.masterPort()).toBe(set.replica.port);
    });
    await worksAgain(store);
    expect(await set.replica.look('GET', 'key')).toBe('value');
  });
});

describeWithRedis('RedisStore listening', () => {
  /** Says it until it is heard: nothing tells when listening has begun. */
  const saysUntilHeard = (store: RedisStore, heard: readonly string[], message: string) =>
    eventually(async () => {
      await store.run((redis) => redis.publish('channel', message));
      expect(heard).toContain(message);
    }, RECOVERY_MS);

  it('hears what another process says, each listener whatever the others do', async () => {
    const redis = bench.keep(await RedisProcess.start(PASSWORD));
    const [speaker, store] = await Promise.all([bench.open(redis.url), bench.open(redis.url)]);
    const [first, second] = [listen(store), listen(store)];
    await saysUntilHeard(speaker, first.heard, 'throw');
    await saysUntilHeard(speaker, second.heard, 'hello');
    first.end();
    const before = first.heard.length;
    await saysUntilHeard(speaker, second.heard, 'still');
    expect([first.heard.length, first.gaps(), second.gaps()]).toEqual([before, 0, 0]);
    expect(await read(store)).toBeNull();
    second.end();
    await eventually(async () => {
      expect(await redis.look('PUBSUB', 'CHANNELS')).toEqual([]);
    });
  });

  it.each(['killed', 'cut', 'silent'])(
    'listens again after the connection was %s, and says that it missed something',
    async (how) => {
      const redis = bench.keep(await RedisProcess.start(PASSWORD));
      const faulty = bench.keep(await FaultyRedis.start({ port: redis.port, password: PASSWORD }));
      const store = await bench.open(faulty.url);
      const ear = listen(store);
      await saysUntilHeard(store, ear.heard, 'before');
      expect(ear.gaps()).toBe(0);
      if (how === 'killed') await redis.kill();
      else if (how === 'cut') faulty.dropConnections();
      else faulty.set('hang');
      if (how === 'killed') await redis.restart();
      if (how === 'silent') {
        await expect(write(store)).rejects.toThrow(RedisUnavailableError);
        await eventually(() => {
          expect(store.isUp).toBe(false);
        });
        // It hung up, and so did what stands between.
        await eventually(async () => {
          expect(await redis.look('PUBSUB', 'CHANNELS')).toEqual([]);
        });
        faulty.set('pass');
      }
      await saysUntilHeard(store, ear.heard, 'after');
      expect(ear.gaps()).toBe(1);
    },
  );

  it('says that it missed something when it could not listen at first', async () => {
    const redis = bench.keep(await RedisProcess.start());
    await redis.kill();
    const store = await bench.open(redis.url);
    const ear = listen(store);
    await eventually(() => {
      expect(bench.warnings).toHaveLength(1);
    });
    await redis.restart();
    await saysUntilHeard(store, ear.heard, 'hello');
    expect(ear.gaps()).toBe(1);
  });
});
