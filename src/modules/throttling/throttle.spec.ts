import fc from 'fast-check';
import { SecretText } from '../../common/secrets/secret-text.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { MemoryStorage } from './memory-storage.js';
import { NetworkWeights } from './network-weights.js';
import { rateLimitHeaders } from './rate-limit-headers.js';
import { Throttle, type Caller } from './throttle.js';
import { TrackerNames } from './tracker-names.js';

const throttle = (): Throttle => new Throttle(new MemoryStorage(new FakeClock()));
const caller = (limit: number, weight = 1): Caller => ({ tracker: 'caller', limit, weight });

describe('Throttle', () => {
  it('tells every caller the same quota, and what is left of it', async () => {
    const throttled = throttle();
    const standings = [];
    for (let request = 0; request < 4; request += 1) standings.push(await throttled.take(caller(15, 4)));
    expect(standings.map((standing) => [standing?.quota, standing?.remaining, standing?.isRefused])).toEqual([
      [15, 11, false],
      [15, 7, false],
      [15, 3, false],
      [15, 3, true],
    ]);
  });

  it('lets a network of any weight make one request in a window at least', async () => {
    const throttled = throttle();
    expect(await throttled.take(caller(3, 4))).toMatchObject({ quota: 3, remaining: 0, isRefused: false });
    expect(await throttled.take(caller(3, 4))).toMatchObject({ quota: 3, remaining: 0, isRefused: true });
  });

  it('counts more requests than the limit as the whole limit, in one step or in two', async () => {
    const throttled = throttle();
    expect((await throttled.take(caller(10), 500))?.isRefused).toBe(false);
    expect((await throttled.take(caller(10)))?.isRefused).toBe(true);
    const other = { ...caller(10), tracker: 'other' };
    expect((await throttled.take(other, 1))?.remaining).toBe(9);
    expect(await throttled.take(other, 500, 1)).toMatchObject({ isRefused: false, remaining: 0 });
  });

  it('counts nobody without a limit', async () => {
    const throttled = throttle();
    expect(await throttled.take(caller(0), 500)).toBeUndefined();
  });

  it('never lets more pass than the limit, whatever requests cost', async () => {
    const take = fc.record({ weight: fc.constantFrom(1, 2, 4), requests: fc.integer({ min: 1, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.array(take, { maxLength: 30 }), async (limit, takes) => {
        const throttled = throttle();
        let passed = 0;
        for (const { weight, requests } of takes) {
          const standing = await throttled.take(caller(limit, weight), requests);
          if (standing?.isRefused === false) passed += Math.min(limit, weight * requests);
          expect([standing?.remaining, standing?.quota]).toEqual([limit - passed, limit]);
        }
        expect(passed).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('rateLimitHeaders', () => {
  it('writes the structured fields of the draft, and when to come again for who is refused', () => {
    const allowance = { isRefused: false, quota: 600, remaining: 599, resetSeconds: 58 };
    const fields = [
      ['ratelimit-policy', '"default";q=600;w=60'],
      ['ratelimit', '"default";r=599;t=58'],
    ];
    expect(rateLimitHeaders(allowance)).toEqual(fields);
    expect(rateLimitHeaders({ ...allowance, isRefused: true })).toEqual([...fields, ['retry-after', '58']]);
  });
});

describe('TrackerNames', () => {
  const KEY = 'not-a-key-0123456789';
  const secret = (text: string): TrackerNames => new TrackerNames(new SecretText(text));

  it('are the same in every process that has the same secret, and in no other', () => {
    expect(new TrackerNames().of('key', KEY)).toBe(new TrackerNames().of('key', KEY));
    expect(secret('one').of('key', KEY)).toBe(secret('one').of('key', KEY));
    const names = [new TrackerNames(), secret('one'), secret('two')].map((each) => each.of('key', KEY));
    expect(new Set(names).size).toBe(3);
  });

  it('tell kinds and callers apart', () => {
    const names = new TrackerNames();
    const all = [names.of('key', 'a'), names.of('network', 'a'), names.of('failed-keys', 'a'), names.of('key', 'b')];
    expect(new Set(all).size).toBe(4);
  });

  it('hold neither a key nor an address', () => {
    for (const text of [KEY, '203.0.113.7']) {
      expect(new TrackerNames().of('network', text)).toMatch(/^ip-risk:throttle:[\w-]{22}$/);
      expect(new TrackerNames().of('network', text)).not.toContain(text);
    }
  });
});

describe('NetworkWeights', () => {
  it('are kept for their time, and then are 1 again', () => {
    const clock = new FakeClock();
    const weights = new NetworkWeights(clock, 300_000);
    weights.set('203.0.113.7', 4);
    expect([weights.of('203.0.113.7'), weights.of('203.0.113.8')]).toEqual([4, 1]);
    clock.advance(299_999);
    expect(weights.of('203.0.113.7')).toBe(4);
    clock.advance(1);
    expect(weights.of('203.0.113.7')).toBe(1);
  });

  it('forget what a clock that was set back says of the future', () => {
    const clock = new FakeClock();
    const weights = new NetworkWeights(clock, 300_000);
    weights.set('203.0.113.7', 4);
    clock.advance(-1);
    expect(weights.of('203.0.113.7')).toBe(1);
  });
});
