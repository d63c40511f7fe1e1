import { FakeClock } from '../../../test/support/fake-clock.js';
import { entryOf } from './cache-entry.js';
import { MemoryCache } from './memory-cache.js';
import { SingleFlight } from './single-flight.js';

const entry = (clock: FakeClock, value: object, freshSeconds: number, staleSeconds = 0) =>
  entryOf(value, clock.now(), { freshMs: freshSeconds * 1000, renewMs: 0, staleMs: staleSeconds * 1000 });

describe('MemoryCache', () => {
  it('forgets an entry when its time is over, to the millisecond', () => {
    const clock = new FakeClock();
    const cache = new MemoryCache<object>({ clock });
    const value = {};
    cache.put('a', entry(clock, value, 60));
    clock.advance(59_999);
    expect(cache.get('a')).toBe(value);
    clock.advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  it('keeps no more entries than it may, and drops the one not used for longest', () => {
    const clock = new FakeClock();
    const cache = new MemoryCache<object>({ clock, maxEntries: 2 });
    cache.put('a', entry(clock, {}, 60));
    cache.put('b', entry(clock, {}, 60));
    cache.get('a');
    cache.put('c', entry(clock, {}, 60));
    expect(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses a size of %d when it is made', (maxEntries) => {
    expect(() => new MemoryCache({ clock: new FakeClock(), maxEntries })).toThrow(/^cache\.entries: /);
  });

  it.each([0, -1, NaN])('keeps nothing for %d seconds', (ttlSeconds) => {
    const clock = new FakeClock();
    const cache = new MemoryCache<object>({ clock });
    cache.put('a', entry(clock, {}, ttlSeconds, 60));
    expect([cache.get('a'), cache.find('a')]).toEqual([undefined, undefined]);
  });

  it('does not keep an entry for ever when the clock steps back', () => {
    const clock = new FakeClock();
    const cache = new MemoryCache<object>({ clock });
    cache.put('a', entry(clock, {}, 60, 60));
    clock.advance(-86_400_000);
    expect([cache.get('a'), cache.find('a')]).toEqual([undefined, undefined]);
  });

  it('finds what is stale until that time is over as well', () => {
    const clock = new FakeClock();
    const cache = new MemoryCache<object>({ clock });
    const kept = entry(clock, {}, 60, 30);
    cache.put('a', kept);
    clock.advance(89_999);
    expect([cache.get('a'), cache.find('a')]).toEqual([undefined, kept]);
    clock.advance(1);
    expect(cache.find('a')).toBeUndefined();
  });
});

describe('SingleFlight', () => {
  it('does the work once for callers who ask meanwhile, and anew afterwards', async () => {
    const flights = new SingleFlight<number>();
    let runs = 0;
    const work = () => Promise.resolve((runs += 1));
    expect(await Promise.all([flights.run('a', work), flights.run('a', work)])).toEqual([1, 1]);
    expect(await flights.run('a', work)).toBe(2);
  });

  it('does not hold a failure for the next caller', async () => {
    const flights = new SingleFlight<number>();
    await expect(flights.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await flights.run('a', () => 1)).toBe(1);
  });
});
