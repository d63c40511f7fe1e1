import fc from 'fast-check';
import { isDeeperThan } from './json-depth.js';

const nested = (levels: number, open = '[', close = ']'): string => `${open.repeat(levels)}1${close.repeat(levels)}`;

describe('isDeeperThan', () => {
  it.each([
    ['a number', '1', false],
    ['as many lists as it may', nested(32), false],
    ['one list more', nested(33), true],
    ['one object more', nested(33, '{"a":', '}'), true],
    ['brackets inside of text', JSON.stringify('['.repeat(100)), false],
    ['brackets after a quote inside of text', JSON.stringify(`"${'['.repeat(100)}`), false],
    ['brackets after a backslash at the end of text', `["\\\\",${nested(32)}]`, true],
    ['many lists side by side', `[${'[1],'.repeat(1000)}[1]]`, false],
    ['brackets that never close', '['.repeat(100_000), true],
  ])('tells %s', (_, text, expected) => {
    expect(isDeeperThan(text, 32)).toBe(expected);
  });

  it('agrees with the depth of whatever JSON there is', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, noUnicodeString: false }), fc.nat({ max: 9 }), (value, depth) => {
        expect(isDeeperThan(JSON.stringify(value), depth)).toBe(depthOf(value) > depth);
      }),
    );
  });
});
