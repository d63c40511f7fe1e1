import { inspect } from 'node:util';
import { RedisReplyError, RedisUnavailableError } from '../src/common/redis/redis-store.js';
import { FaultyRedis, type RedisFault } from './redis-faults/faulty-redis.mjs';
import { eventually } from './support/eventually.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';
import { read, RedisStoreBench, worksAgain, write } from './support/redis-store-bench.js';

const PASSWORD = 'canary-7d1f0a9e';
/** For what is not about the deadline: a slow machine is no outage. */
const PATIENT = { deadlineMs: 5000 };
/** Starting servers and waiting for connections; only a failure takes as long. */
jest.setTimeout(60_000);

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const describeWithRedis = isInstalled ? describe : describe.skip;

describeWithRedis('RedisStore', () => {
  let redis: RedisProcess;
  let bench: RedisStoreBench;

  beforeAll(async () => {
    redis = await RedisProcess.start(PASSWORD);
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.look('FLUSHALL');
    bench = new RedisStoreBench();
  });
  afterEach(async () => {
    expect(await bench.close()).toEqual([]);
    expect(bench.warnings.join()).not.toMatch(/canary|127\.0\.0\.1|redis:/);
  });

  it('serves, and says so', async () => {
    const store = await bench.open(`${redis.url}/3`, PATIENT);
    await worksAgain(store);
    expect([await read(store), store.isUp, store.report()]).toEqual(['value', true, { status: 'up', kind: 'single' }]);
    expect(await redis.look('EXISTS', 'key')).toBe(0);
    expect(bench.warnings).toEqual([]);
  });

  it('calls a foreign value a fault of the command, and shows nothing of it', async () => {
    const store = await bench.open(redis.url, PATIENT);
    await redis.look('RPUSH', 'key', 'secret-value');
    const error: unknown = await read(store).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RedisReplyError);
    expect(error).toMatchObject({ code: 'WRONGTYPE', message: 'Redis refused the command (WRONGTYPE).' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/secret-value|canary/);
    expect([store.isUp, bench.warnings]).toEqual([true, []]);
  });

  it("passes an error of the caller's own work on, whether thrown or rejected", async () => {
    const store = await bench.open(redis.url, PATIENT);
    const own = new RangeError('mine');
    await expect(store.run(() => Promise.reject(own))).rejects.toBe(own);
    await expect(
      store.run(() => {
        throw own;
      }),
    ).rejects.toBe(own);
    expect(store.isUp).toBe(true);
  });

  it('opens nothing without a URL that can be meant', async () => {
    await expect(bench.open(`redis://:${PASSWORD}@`)).rejects.toThrow(/^REDIS_URL must be a URL such as/);
  });

  it('shows its password in nothing that is printed', async () => {
    const store = await bench.open(redis.url, PATIENT);
    expect(inspect(store, { depth: 9, showHidden: true }) + JSON.stringify(store)).not.toContain(PASSWORD);
    const refused = await bench.open(redis.urlWith(`${PASSWORD}-wrong`), PATIENT);
    const error: unknown = await read(refused).catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(refused.report()).toMatchObject({ status: 'down', reason: 'WRONGPASS' });
    await eventually(() => {
      expect(bench.warnings).toEqual(['Redis cannot be used (WRONGPASS); see REDIS_URL.']);
    });
  });

  it('is down without the password, and up when there is no need of one any more', async () => {
    const guarded = bench.keep(await RedisProcess.start(PASSWORD));
    const store = await bench.open(`redis://127.0.0.1:${guarded.port}`);
    await expect(read(store)).rejects.toThrow(RedisUnavailableError);
    expect(store.report()).toMatchObject({ status: 'down', reason: 'NOAUTH' });
    await guarded.look('CONFIG', 'SET', 'requirepass', '');
    await worksAgain(store);
  });

  it('is down while the database of its URL does not exist', async () => {
    const store = await bench.open(`${redis.url}/99`, PATIENT);
    await expect(write(store)).rejects.toThrow(RedisUnavailableError);
    expect(store.report()).toMatchObject({ status: 'down' });
    expect(await redis.look('EXISTS', 'key')).toBe(0);
  });

  it('says that it may not listen, serves all the same, and hears once it may', async () => {
    const guarded = bench.keep(await RedisProcess.start());
    await guarded.look('ACL', 'SETUSER', 'app', 'on', `>${PASSWORD}`, '~*', '+@all', 'resetchannels');
    const store = await bench.open(`redis://app:${PASSWORD}@127.0.0.1:${guarded.port}`, PATIENT);
    const heard: string[] = [];
    store.subscribe('channel', (message) => heard.push(message));
    const told = ['Redis refuses commands (NOPERM); see REDIS_URL.'];
    await eventually(() => {
      expect(bench.warnings).toEqual(told);
    });
    await worksAgain(store);
    expect(store.report()).toMatchObject({ status: 'up', refuses: 'NOPERM' });
    await guarded.look('ACL', 'SETUSER', 'app', '&channel');
    await eventually(async () => {
      await guarded.look('PUBLISH', 'channel', 'word');
      expect(heard).toContain('word');
      expect(store.report()).toEqual({ status: 'up', kind: 'single' });
    });
    expect(bench.warnings).toEqual(told);
  });

  const FAULTS: readonly RedisFault[] = ['hang', 'garbage', 'reset', 'slow', 'loading', 'noauth', 'readonly', 'oom'];

  it.each(FAULTS)('opens with Redis in "%s", refuses in time, and serves once it is over', async (fault) => {
    const faulty = bench.keep(await FaultyRedis.start({ port: redis.port, password: PASSWORD }));
    faulty.set(fault);
    const store = await bench.open(faulty.url);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await expect(write(store)).rejects.toThrow(RedisUnavailableError);
    }
    faulty.set('pass');
    await worksAgain(store);
  });

  it.each(FAULTS)('refuses in time when Redis falls into "%s", and serves once it is over', async (fault) => {
    const faulty = bench.keep(await FaultyRedis.start({ port: redis.port, password: PASSWORD }));
    const store = await bench.open(faulty.url);
    await worksAgain(store);
    // Twice, where it is over soon.
    for (let round = 0; round < (fault === 'hang' || fault === 'slow' ? 1 : 2); round += 1) {
      faulty.set(fault);
      const together = await Promise.allSettled(Array.from({ length: 20 }, () => write(store)));
      expect(together.map(({ status }) => status)).not.toContain('fulfilled');
      for (let attempt = 0; attempt < 20; attempt += 1) {
        await expect(write(store)).rejects.toThrow(RedisUnavailableError);
      }
      faulty.set('pass');
      await worksAgain(store);
    }
  });

  it.each(['readonly', 'oom'] as const)('still reads while writes are refused by "%s"', async (fault) => {
    const faulty = bench.keep(await FaultyRedis.start({ port: redis.port, password: PASSWORD }));
    const store = await bench.open(faulty.url);
    await worksAgain(store);
    faulty.set(fault);
    await expect(write(store)).rejects.toThrow(RedisUnavailableError);
    const transaction = store.run((client) => client.multi().incr('n').expire('n', 9).exec());
    await expect(transaction).rejects.toThrow(RedisUnavailableError);
    // READONLY makes a new connection, once.
    await eventually(async () => {
      expect(await read(store)).toBe('value');
    });
    expect(store.report()).toMatchObject({ refuses: fault.toUpperCase() });
    const told = `Redis refuses commands (${fault.toUpperCase()}); see REDIS_URL.`;
    expect(bench.warnings.filter((warning) => warning === told)).toHaveLength(1);
  });

  it('finds the new master behind the same name when the old one serves on as a replica', async () => {
    const store = await bench.open(redis.url);
    await worksAgain(store);
    const before = await redis.look('CLIENT', 'LIST', 'TYPE', 'NORMAL');
    await redis.look('REPLICAOF', '127.0.0.1', '1');
    await expect(write(store)).rejects.toThrow(RedisUnavailableError);
    await redis.look('REPLICAOF', 'NO', 'ONE');
    await worksAgain(store);
    const idsIn = (list: unknown) => [...String(list).matchAll(/^id=(\d+) /gm)].map(([, id]) => id);
    const after = idsIn(await redis.look('CLIENT', 'LIST', 'TYPE', 'NORMAL'));
    expect(idsIn(before).every((id) => after.includes(id))).toBe(false);
  });

  it('pays for a frozen server once, tells it once, and tells when it is back', async () => {
    const frozen = bench.keep(await RedisProcess.start(PASSWORD));
    const store = await bench.open(frozen.url);
    frozen.freeze();
    const inFlight = Array.from({ length: 50 }, () => read(store));
    await expect(Promise.allSettled(inFlight)).resolves.toEqual(
      inFlight.map(() => ({ status: 'rejected', reason: expect.any(RedisUnavailableError) })),
    );
    let tried = 0;
    const attempt = () =>
      store.run((client) => {
        tried += 1;
        return client.get('key');
      });
    for (let request = 0; request < 1000; request += 1) await expect(attempt()).rejects.toThrow('Redis is away.');
    expect([tried, store.isUp]).toEqual([0, false]);
    await eventually(() => {
      expect(bench.warnings).toEqual(['Redis cannot be used (TIMEOUT); see REDIS_URL.']);
    });
    expect(store.report()).toMatchObject({ status: 'down', downSince: expect.any(Number) });
    frozen.thaw();
    await worksAgain(store);
    await eventually(() => {
      expect(bench.warnings.slice(1)).toEqual(['Redis can be used again (REDIS_URL).']);
    });
  });

  it.each([true, false])('serves once the server is there (it was before: %s)', async (wasThere) => {
    const server = bench.keep(await RedisProcess.start(PASSWORD));
    if (!wasThere) await server.kill();
    const store = await bench.open(server.url);
    if (wasThere) await server.kill();
    await eventually(() => {
      expect(bench.warnings).toEqual([
        expect.stringMatching(/^Redis cannot be used \((ECONNREFUSED|ECONNRESET|DISCONNECTED)\); /),
      ]);
    });
    await expect(read(store)).rejects.toThrow(RedisUnavailableError);
    await server.restart();
    await worksAgain(store);
  });

  it('is not down because this process was busy for longer than the deadline', async () => {
    const store = await bench.open(redis.url);
    const reading = read(store);
    const endsAt = performance.now() + 300;
    while (performance.now() < endsAt);
    await expect(reading).resolves.toBeNull();
    expect([store.isUp, bench.warnings]).toEqual([true, []]);
  });

  it('refuses everything at once when it is closed, also what is under way', async () => {
    const frozen = bench.keep(await RedisProcess.start());
    const store = await bench.open(frozen.url);
    frozen.freeze();
    const inFlight = read(store);
    store.close();
    await expect(inFlight).rejects.toThrow(RedisUnavailableError);
    await expect(read(store)).rejects.toThrow(RedisUnavailableError);
    expect(bench.warnings).toEqual([]);
  });
});
