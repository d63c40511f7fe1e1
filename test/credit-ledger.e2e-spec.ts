import { setImmediate as nextTurn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { CreditLedger } from '../src/modules/providers/protection/credit-ledger.js';
import { DailyBudget } from '../src/modules/providers/protection/daily-budget.js';
import { RedisReplyError, RedisStore } from '../src/common/redis/redis-store.js';
import { redisCreditLedger } from '../src/modules/providers/protection/redis-credit-ledger.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';

const DAY = '2026-01-01';
const KEY = `ip-risk:credits:ipstack:${DAY}`;
const PASSWORD = 'canary-5f0e7c2b';
/** Starting servers and waiting for connections; only a failure takes as long. */
jest.setTimeout(60_000);

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const describeWithRedis = isInstalled ? describe : describe.skip;

describeWithRedis('redisCreditLedger', () => {
  let redis: RedisProcess;
  let stores: RedisStore[] = [];
  let warnings: string[] = [];
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);

  const open = async (url = redis.url) => {
    const store = await RedisStore.open(url, { warn: (message) => warnings.push(message) });
    stores.push(store);
    return redisCreditLedger(store);
  };
  /** The server stays as it is meanwhile: what waited for it would not end. */
  const fails = (work: Promise<unknown>) => expect(work).rejects.toThrow();
  const worksAgain = (ledger: CreditLedger) => eventually(() => ledger.add(DAY, 'ipstack', 1));

  beforeAll(() => process.on('unhandledRejection', onUnhandled));
  afterAll(() => process.off('unhandledRejection', onUnhandled));
  beforeEach(async () => {
    redis = await RedisProcess.start(PASSWORD);
  });
  afterEach(async () => {
    for (const store of stores) store.close();
    await redis.close();
    await nextTurn();
    expect(unhandled).toEqual([]);
    expect(warnings.join()).not.toContain(PASSWORD);
    [stores, warnings] = [[], []];
  });

  it('keeps counts beyond the connection, one for each vendor and day', async () => {
    const first = await open();
    expect(await first.add(DAY, 'ipstack', 3)).toBe(3);
    expect(await first.add(DAY, 'ipstack', 4)).toBe(7);
    stores[0]?.close();
    const second = await open();
    expect(await second.spentOn(DAY, 'ipstack')).toBe(7);
    expect([await second.spentOn(DAY, 'abuseipdb'), await second.spentOn('2026-01-02', 'ipstack')]).toEqual([0, 0]);
    expect(warnings).toEqual([]);
  });

  it('adds up what several processes spend at the same time', async () => {
    const both = await Promise.all([open(), open()]);
    await Promise.all(Array.from({ length: 200 }, async (_, index) => both[index % 2]?.add(DAY, 'ipstack', 1)));
    expect(await both[0].spentOn(DAY, 'ipstack')).toBe(200);
  });

  it('lets two budgets of one limit spend it once', async () => {
    const clock = new FakeClock(`${DAY}T12:00:00Z`);
    const budgets = await Promise.all(
      [1, 2].map(async () => {
        const budget = new DailyBudget({ providerId: 'ipstack', limit: 50, clock, ledger: await open() });
        await budget.load();
        return budget;
      }),
    );
    let spent = 0;
    for (let lookup = 0; lookup < 100; lookup += 1) {
      const budget = budgets[lookup % 2];
      if (budget?.allows(1) !== true) continue;
      budget.spend(1);
      spent += 1;
      // Both hear of it before the next one: what is on its way is nobody's to know.
      await eventually(async () => {
        expect(await redis.look('GET', KEY)).toBe(String(spent));
      });
      await Promise.all(budgets.map((each) => each.load()));
    }
    expect(spent).toBe(50);
  });

  it('lets every count go after two days', async () => {
    const ledger = await open();
    await ledger.add(DAY, 'ipstack', 1);
    expect(await redis.look('KEYS', '*')).toEqual([KEY]);
    const seconds = Number(await redis.look('TTL', KEY));
    expect(seconds).toBeGreaterThan(2 * 86_400 - 60);
    expect(seconds).toBeLessThanOrEqual(2 * 86_400);
  });

  it.each([
    ['text', ['SET', KEY, 'many']],
    ['a number without end', ['SET', KEY, '9'.repeat(400)]],
    ['a broken number', ['SET', KEY, '12.5']],
    ['nothing', ['SET', KEY, '']],
  ])('counts %s under its key for nothing', async (_, [command = '', ...args]) => {
    await redis.look(command, ...args);
    const ledger = await open();
    expect(await ledger.spentOn(DAY, 'ipstack')).toBe(0);
    await expect(ledger.add(DAY, 'ipstack', 1)).rejects.toThrow(RedisReplyError);
  });

  it('counts less than nothing under its key for nothing', async () => {
    await redis.look('SET', KEY, '-500');
    const ledger = await open();
    expect([await ledger.spentOn(DAY, 'ipstack'), await ledger.add(DAY, 'ipstack', 1)]).toEqual([0, 0]);
  });

  it('is stopped by no list under its key', async () => {
    await redis.look('RPUSH', KEY, '99');
    const clock = new FakeClock(`${DAY}T12:00:00Z`);
    const budget = new DailyBudget({ providerId: 'ipstack', limit: 10, clock, ledger: await open() });
    await budget.load();
    budget.spend(4);
    expect(budget.left).toBe(6);
  });

  it('fails while the server is stuck, does not wait for it, and goes on when it is not', async () => {
    const ledger = await open();
    await ledger.add(DAY, 'ipstack', 1);
    redis.freeze();
    await Promise.all([fails(ledger.add(DAY, 'ipstack', 1)), fails(ledger.spentOn(DAY, 'ipstack'))]);
    redis.thaw();
    expect(await worksAgain(ledger)).toBeGreaterThanOrEqual(2);
  });

  it('fails while the server is gone, tells it once, and finds it again by itself', async () => {
    const ledger = await open();
    await ledger.add(DAY, 'ipstack', 5);
    await redis.kill();
    // As often as another connection is refused, this one has tried again itself, twice at least.
    let refusals = 0;
    const other = new Redis(redis.url, { retryStrategy: () => 100 }).on('error', () => (refusals += 1));
    await eventually(async () => {
      await fails(ledger.add(DAY, 'ipstack', 1));
      expect(refusals).toBeGreaterThanOrEqual(6);
    });
    other.disconnect();
    await eventually(() => {
      expect(warnings).toHaveLength(1);
    });
    expect(warnings[0]).toMatch(/^Redis cannot be used \(\w+\); see REDIS_URL\.$/);
    await redis.restart();
    expect(await worksAgain(ledger)).toBe(1);
    await eventually(() => {
      expect(warnings.slice(1)).toEqual(['Redis can be used again (REDIS_URL).']);
    });
    await redis.kill();
    await fails(ledger.spentOn(DAY, 'ipstack'));
    await eventually(() => {
      expect(warnings).toHaveLength(3);
    });
  });

  it.each(['gone', 'stuck'])('does not hold the start up when the server is %s, and finds it later', async (state) => {
    if (state === 'gone') await redis.kill();
    else redis.freeze();
    const ledger = await open();
    await fails(ledger.spentOn(DAY, 'ipstack'));
    if (state === 'gone') await redis.restart();
    else redis.thaw();
    expect(await worksAgain(ledger)).toBeGreaterThanOrEqual(1);
  });

  it('is stopped by no refused password, and shows none', async () => {
    const ledger = await open(redis.urlWith(`${PASSWORD}-wrong`));
    await fails(ledger.add(DAY, 'ipstack', 1));
    await eventually(() => {
      expect(warnings.length).toBeGreaterThan(0);
    });
  });

  it('lets the budget go on without it, and tells it of every credit afterwards', async () => {
    const clock = new FakeClock(`${DAY}T12:00:00Z`);
    const budget = new DailyBudget({ providerId: 'ipstack', limit: 100, clock, ledger: await open() });
    await redis.kill();
    await budget.load();
    for (let lookup = 0; lookup < 40; lookup += 1) {
      budget.spend(1);
      await nextTurn();
    }
    expect([budget.left, budget.allows(60), budget.allows(61)]).toEqual([60, true, false]);
    await redis.restart();
    await eventually(async () => {
      budget.spend(1);
      expect(await redis.look('GET', KEY)).not.toBeNull();
    });
    await eventually(async () => {
      expect(Number(await redis.look('GET', KEY))).toBe(budget.spentToday());
    });
  });
});
