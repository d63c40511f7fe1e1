import fc from 'fast-check';
import { RecentMap } from './recent-map.js';

describe('RecentMap', () => {
  it('holds two halves at most, whatever is set and asked for', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 40 }), isSet: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const map = new RecentMap<number, { key: number }>(8);
        for (const { key, isSet } of steps) {
          if (isSet) map.set(key, { key });
          const found = map.get(key);
          expect(found?.key ?? key).toBe(key);
          if (isSet) expect(found).toBeDefined();
          expect(map.size).toBeLessThanOrEqual(16);
        }
      }),
    );
  });

  it('keeps what is asked for, and forgets what is not', () => {
    const map = new RecentMap<string, object>(4);
    const asked = {};
    map.set('asked', asked);
    map.set('idle', {});
    for (let other = 0; other < 100; other += 1) {
      map.set(`other ${other}`, {});
      expect(map.get('asked')).toBe(asked);
    }
    expect(map.get('idle')).toBeUndefined();
  });

  it('answers what was set last', () => {
    const map = new RecentMap<string, object>(1);
    const [first, second] = [{ n: 1 }, { n: 2 }];
    map.set('a', first);
    map.set('b', {});
    map.set('a', second);
    map.set('b', {});
    expect(map.get('a')).toBe(second);
  });
});
