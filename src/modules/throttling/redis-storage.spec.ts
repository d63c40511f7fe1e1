import { FakeClock } from '../../../test/support/fake-clock.js';
import { RedisUnavailableError } from '../../common/redis/redis-store.js';
import type { CostRecord } from './cost-storage.js';
import { MemoryStorage } from './memory-storage.js';
import { RedisStorage } from './redis-storage.js';

/** Plays Redis' answers; an error is thrown. */
class ScriptedRedis {
  answer: unknown = new RedisUnavailableError('Redis is away.');

  run<T>(): Promise<T> {
    return this.answer instanceof Error ? Promise.reject(this.answer) : Promise.resolve(this.answer as T);
  }
}

describe('RedisStorage beside a Redis that fails', () => {
  let redis: ScriptedRedis;
  let clock: FakeClock;
  let storage: RedisStorage;
  const take = (limit = 10, cost = 1): Promise<CostRecord> =>
    storage.increment('caller', 60_000, limit, 60_000, 'default', cost);

  beforeEach(() => {
    redis = new ScriptedRedis();
    clock = new FakeClock();
    storage = new RedisStorage(redis, new MemoryStorage(clock));
  });

  it('counts in this process', async () => {
    const records = [await take(2), await take(2), await take(2)];
    expect(records.map(({ isBlocked }) => isBlocked)).toEqual([false, false, true]);
  });

  it('goes on from where the shared count stood, to the end of its window', async () => {
    redis.answer = [8, 30_000, 0];
    await take();
    redis.answer = new RedisUnavailableError('Redis is away.');
    expect(await take()).toMatchObject({ totalHits: 9, isBlocked: false, timeToExpire: 30 });
    expect(await take()).toMatchObject({ totalHits: 10, isBlocked: false });
    expect(await take()).toMatchObject({ totalHits: 10, isBlocked: true });
    clock.advance(30_000);
    expect(await take()).toMatchObject({ totalHits: 1, isBlocked: false });
  });

  it('goes by the shared count again as soon as there is one, with what was counted meanwhile on top', async () => {
    await take();
    redis.answer = [7, 50_000, 0];
    expect(await take()).toMatchObject({ totalHits: 8, isBlocked: false, timeToExpire: 60 });
  });

  it('gives no new limit each time that the other one comes back, until the window ends', async () => {
    for (let request = 0; request < 8; request += 1) await take();
    clock.advance(20_000);
    redis.answer = [1, 60_000, 0];
    expect(await take()).toMatchObject({ totalHits: 9, isBlocked: false });
    redis.answer = [2, 60_000, 0];
    expect(await take()).toMatchObject({ totalHits: 10, isBlocked: false });
    redis.answer = [3, 60_000, 0];
    expect(await take()).toMatchObject({ totalHits: 10, isBlocked: true });
    clock.advance(40_000);
    redis.answer = [4, 20_000, 0];
    expect(await take()).toMatchObject({ totalHits: 4, isBlocked: false, timeToExpire: 20 });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'OK'],
    ['too few numbers', [1, 60_000]],
    ['a number below 0', [-1, 60_000, 0]],
    ['NaN', [Number.NaN, 60_000, 0]],
    ['numbers as text', ['1', '60000', '0']],
    ['an error of its own', new TypeError('broken')],
  ])('counts in this process when it answers %s', async (_case, answer) => {
    redis.answer = answer;
    const records = [await take(2), await take(2), await take(2)];
    expect(records.map(({ isBlocked }) => isBlocked)).toEqual([false, false, true]);
  });
});
