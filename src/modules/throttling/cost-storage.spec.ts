import fc from 'fast-check';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { RedisProcess } from '../../../test/support/redis-process.js';
import { RedisStore } from '../../common/redis/redis-store.js';
import type { CostRecord, CostStorage } from './cost-storage.js';
import { MemoryStorage } from './memory-storage.js';
import { RedisStorage } from './redis-storage.js';

const WINDOW_MS = 60_000;
const TRACKERS = ['ip-risk:throttle:a', 'ip-risk:throttle:b', 'ip-risk:throttle:c'];

/** A storage, and a way to let its time go by. */
interface Subject {
  readonly storage: CostStorage;
  readonly pass: (ms: number) => Promise<void>;
  /** Makes it forget everything. */
  readonly reset: () => Promise<void>;
}

const take = (storage: CostStorage, tracker: string, limit: number, cost?: number): Promise<CostRecord> =>
  storage.increment(tracker, WINDOW_MS, limit, WINDOW_MS, 'default', cost);

/** What a storage promises, whatever counts in it. */
function keepsTheContract(subject: () => Subject): void {
  const one = (limit: number, cost?: number): Promise<CostRecord> =>
    take(subject().storage, 'ip-risk:throttle:a', limit, cost);

  beforeEach(() => subject().reset());

  it('lets the limit pass and refuses what comes after', async () => {
    const records = [await one(3), await one(3), await one(3), await one(3)];
    expect(records.map(({ totalHits, isBlocked }) => [totalHits, isBlocked])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [3, true],
    ]);
  });

  it('says how many seconds are left of the window, and of the wait', async () => {
    await one(1);
    await subject().pass(20_000);
    const { timeToExpire, timeToBlockExpire, isBlocked } = await one(1);
    expect([timeToExpire, timeToBlockExpire, isBlocked]).toEqual([40, 40, true]);
    expect((await one(2)).timeToBlockExpire).toBe(0);
  });

  it('begins anew when the window ends, however often a refused caller asked meanwhile', async () => {
    await one(1);
    for (let second = 10; second < 60; second += 10) {
      await subject().pass(10_000);
      expect((await one(1)).isBlocked).toBe(true);
    }
    await subject().pass(10_000);
    expect(await one(1)).toMatchObject({ totalHits: 1, isBlocked: false, timeToExpire: 60 });
  });

  it('takes a cost above 1 whole or not at all', async () => {
    expect(await one(10, 7)).toMatchObject({ totalHits: 7, isBlocked: false });
    expect(await one(10, 4)).toMatchObject({ totalHits: 7, isBlocked: true });
    expect(await one(10, 3)).toMatchObject({ totalHits: 10, isBlocked: false });
  });

  it('counts at once what comes at once', async () => {
    const records = await Promise.all(Array.from({ length: 50 }, () => one(20)));
    expect(records.filter(({ isBlocked }) => !isBlocked)).toHaveLength(20);
  });

  it('counts every tracker for itself', async () => {
    await one(1);
    expect((await take(subject().storage, 'ip-risk:throttle:b', 1)).isBlocked).toBe(false);
  });

  it('never lets more than the limit pass in a window, and refuses only what does not fit', async () => {
    const limit = 10;
    const step = fc.record({
      tracker: fc.nat(TRACKERS.length - 1),
      costs: fc.array(fc.integer({ min: 1, max: limit }), { minLength: 1, maxLength: 6 }),
      tensOfSeconds: fc.constantFrom(0, 0, 1, 2, 5, 6, 7),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { storage, pass, reset } = subject();
        await reset();
        const windows = new Map<string, { spent: number; endsAt: number }>();
        let now = 0;
        for (const { tracker, costs, tensOfSeconds } of steps) {
          const name = TRACKERS[tracker] ?? '';
          await pass(tensOfSeconds * 10_000);
          now += tensOfSeconds * 10_000;
          const records = await Promise.all(costs.map((cost) => take(storage, name, limit, cost)));
          const known = windows.get(name);
          const open = known !== undefined && now < known.endsAt ? known : { spent: 0, endsAt: now + WINDOW_MS };
          const expected = costs.map((cost) => {
            const isBlocked = open.spent + cost > limit;
            if (!isBlocked) open.spent += cost;
            return { totalHits: open.spent, isBlocked, timeToExpire: Math.ceil((open.endsAt - now) / 1000) };
          });
          if (open.spent > 0) windows.set(name, open);
          expect(records).toMatchObject(expected);
        }
      }),
      { numRuns: 60 },
    );
  });
}

describe('MemoryStorage', () => {
  let clock: FakeClock;
  let storage: MemoryStorage;

  beforeEach(() => {
    clock = new FakeClock();
    storage = new MemoryStorage(clock, 100);
  });

  keepsTheContract(() => ({
    get storage() {
      return storage;
    },
    pass: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
    reset: () => {
      storage = new MemoryStorage(clock, 100);
      return Promise.resolve();
    },
  }));

  it('keeps no more trackers than it may, however many addresses ask', async () => {
    for (let index = 0; index < 1000; index += 1) await take(storage, `tracker-${index}`, 1);
    expect(storage.size).toBe(100);
    expect((await take(storage, 'tracker-999', 1)).isBlocked).toBe(true);
  });

  it('keeps nobody out for longer than a window when the clock is set back', async () => {
    await take(storage, 'caller', 1);
    clock.advance(-3_600_000);
    expect((await take(storage, 'caller', 1)).isBlocked).toBe(false);
    expect((await take(storage, 'caller', 1)).isBlocked).toBe(true);
  });
});

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled)
  process.stdout.write('redis-server is not installed: the shared counts of requests are not tested.\n');

(isInstalled ? describe : describe.skip)('RedisStorage', () => {
  let redis: RedisProcess;
  let stores: RedisStore[];
  let memory: MemoryStorage;

  /** What Redis' own clock would do: its keys come that much nearer to their end. */
  const pass = async (ms: number): Promise<void> => {
    for (const key of (await redis.look('KEYS', '*')) as string[]) {
      const left = Number(await redis.look('PTTL', key)) - ms;
      await (left > 0 ? redis.look('PEXPIRE', key, String(left)) : redis.look('DEL', key));
    }
  };
  const reset = async (): Promise<void> => {
    memory = new MemoryStorage(new FakeClock());
    await redis.look('FLUSHALL');
  };
  const storageOn = (store: RedisStore | undefined): RedisStorage => {
    if (store === undefined) throw new Error('There is no such store.');
    return new RedisStorage(store, memory);
  };

  beforeAll(async () => {
    redis = await RedisProcess.start();
    stores = await Promise.all([1, 2].map(() => RedisStore.open(redis.url, { deadlineMs: 10_000 })));
  }, 60_000);

  afterAll(async () => {
    for (const store of stores) store.close();
    await redis.close();
  });

  keepsTheContract(() => ({ storage: storageOn(stores[0]), pass, reset }));

  it('lets two processes share one limit', async () => {
    await reset();
    const costs = Array.from({ length: 200 }, (_, index) => 1 + (index % 3));
    const records = await Promise.all(
      costs.map((cost, index) => take(storageOn(stores[index % 2]), 'ip-risk:throttle:a', 100, cost)),
    );
    const passed = costs.filter((_, index) => records[index]?.isBlocked === false).reduce((sum, cost) => sum + cost, 0);
    expect(passed).toBeLessThanOrEqual(100);
    expect(passed).toBe(Math.max(...records.map(({ totalHits }) => totalHits)));
    expect(passed).toBeGreaterThan(97);
  });

  it('gives every key an end', async () => {
    await reset();
    for (const tracker of TRACKERS) await take(storageOn(stores[0]), tracker, 1);
    await Promise.all(TRACKERS.map((tracker) => take(storageOn(stores[1]), tracker, 1)));
    const left = await Promise.all(TRACKERS.map((tracker) => redis.look('PTTL', tracker)));
    for (const ms of left) expect(Math.abs(Number(ms) - WINDOW_MS / 2)).toBeLessThanOrEqual(WINDOW_MS / 2);
  });

  it.each([
    ['no end', ['SET', '5']],
    ['an end far away', ['SET', '5', 'PX', '86400000']],
    ['what is no number', ['SET', 'nonsense', 'PX', '60000']],
    ['less than nothing', ['SET', '-1000', 'PX', '60000']],
    ['half a cost', ['SET', '0.5', 'PX', '60000']],
    ['a list', ['RPUSH', '5']],
  ])('begins anew where it finds a count with %s', async (_case, [command = '', ...value]) => {
    await reset();
    await redis.look(command, 'ip-risk:throttle:a', ...value);
    const records = [];
    for (let request = 0; request < 3; request += 1) {
      records.push(await take(storageOn(stores[request % 2]), 'ip-risk:throttle:a', 2));
    }
    expect(records.map(({ totalHits, isBlocked }) => [totalHits, isBlocked])).toEqual([
      [1, false],
      [2, false],
      [2, true],
    ]);
    expect(Number(await redis.look('PTTL', 'ip-risk:throttle:a'))).toBeGreaterThan(0);
  });
});
