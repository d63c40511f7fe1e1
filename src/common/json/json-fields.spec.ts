import fc from 'fast-check';
import {
  countryCodeIn,
  dayIn,
  fieldOf,
  flagIn,
  numberIn,
  numberOrTextIn,
  objectIn,
  recordOf,
  textIn,
  textsIn,
  type JsonRecord,
} from './json-fields.js';

const of = (value: unknown): JsonRecord => ({ value });

describe('recordOf and objectIn', () => {
  it.each([null, undefined, [], [{}], 'text', 0, true])('take %j for no object', (value) => {
    expect(recordOf(value)).toBeUndefined();
    expect(objectIn(of(value), 'value')).toBeUndefined();
  });

  it('hand back an object as it is', () => {
    const inner = { a: 1 };
    expect(recordOf(inner)).toBe(inner);
    expect(objectIn(of(inner), 'value')).toBe(inner);
  });
});

describe('fieldOf', () => {
  it('sees own fields only', () => {
    expect(['toString', '__proto__', 'constructor'].map((name) => fieldOf({}, name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(fieldOf(Object.create({ value: 1 }) as JsonRecord, 'value')).toBeUndefined();
  });

  it('sees a field that JSON calls __proto__, and nothing comes out of it', () => {
    const record = JSON.parse('{"__proto__":{"value":true}}') as JsonRecord;
    expect(fieldOf(record, '__proto__')).toEqual({ value: true });
    expect(flagIn(record, 'value')).toBeUndefined();
  });

  it('reads nothing out of nothing', () => {
    expect(fieldOf(undefined, 'value')).toBeUndefined();
  });
});

describe('flagIn', () => {
  it('reads true and false', () => {
    expect([flagIn(of(true), 'value'), flagIn(of(false), 'value')]).toEqual([true, false]);
  });

  it.each(['true', 'false', 'yes', 0, 1, null, '', [], {}])('takes %j for unknown', (value) => {
    expect(flagIn(of(value), 'value')).toBeUndefined();
  });
});

describe('textIn', () => {
  it('trims, and takes blank text for none', () => {
    expect(textIn(of('  Zürich '), 'value')).toBe('Zürich');
    expect(['', '   ', '\n\t', null, 7, true, ['a']].map((value) => textIn(of(value), 'value'))).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
  });

  it('lets nobody write a line of the log', () => {
    expect(textIn(of('isp\r\n[ERROR] all\u2028lost\u0085now\u001b[31m'), 'value')).toBe(
      'isp  [ERROR] all lost now [31m',
    );
  });

  it('cuts at 256 characters, and leaves no half of a character', () => {
    expect(textIn(of('x'.repeat(300)), 'value')).toBe('x'.repeat(256));
    expect(textIn(of(`${'x'.repeat(255)}😀`), 'value')).toBe('x'.repeat(255));
    expect(textIn(of('a\ud83dz'), 'value')).toBe('a z');
  });

  it('gives text that every store and log takes, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const clean = textIn(of(text), 'value');
        if (clean === undefined) return;
        expect(clean).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
        expect(clean).toBe(clean.trim());
        expect(clean.length).toBeLessThanOrEqual(256);
      }),
    );
  });
});

describe('textsIn', () => {
  it('joins a list, and takes one text for a list of one', () => {
    expect(textsIn(of(['Nord', ' ', 7, null, 'Mullvad ']), 'value')).toBe('Nord, Mullvad');
    expect(textsIn(of('Nord'), 'value')).toBe('Nord');
  });

  it.each([[[]], [['']], [[1, {}]], [null], [{}], ['']])('takes %j for none', (value) => {
    expect(textsIn(of(value), 'value')).toBeUndefined();
  });

  it('stops after sixteen', () => {
    expect(textsIn(of(Array.from({ length: 100 }, () => 'a')), 'value')?.split(', ')).toHaveLength(16);
  });
});

describe('numberIn and numberOrTextIn', () => {
  it('read numbers within the bounds, the bounds included', () => {
    for (const read of [numberIn, numberOrTextIn]) {
      expect([-90, 0, 90].map((value) => read(of(value), 'value', -90, 90))).toEqual([-90, 0, 90]);
      expect([-90.001, 90.001, NaN, Infinity, -Infinity].map((value) => read(of(value), 'value', -90, 90))).toEqual(
        Array.from({ length: 5 }, () => undefined),
      );
      expect(read(of(Infinity), 'value')).toBeUndefined();
    }
  });

  it('differ in what they make of a number written as text', () => {
    expect([numberIn(of('59.40510'), 'value'), numberOrTextIn(of('59.40510'), 'value')]).toEqual([undefined, 59.4051]);
    expect(numberOrTextIn(of('-117.65'), 'value', -180, 180)).toBe(-117.65);
    expect(numberOrTextIn(of('190'), 'value', -180, 180)).toBeUndefined();
  });

  it.each(['', ' ', '1e3', '0x10', '+5', '.5', '5.', '1,5', 'N/A', 'NaN', 'Infinity', ' 5', '5 km', '1'.repeat(16)])(
    'do not read "%s"',
    (value) => {
      expect(numberOrTextIn(of(value), 'value')).toBeUndefined();
    },
  );

  it.each([null, true, [], [5], {}])('take %j for no number', (value) => {
    expect([numberIn(of(value), 'value'), numberOrTextIn(of(value), 'value')]).toEqual([undefined, undefined]);
  });
});

describe('countryCodeIn', () => {
  it('reads two letters in either case', () => {
    expect(['DE', 'de', ' gB '].map((value) => countryCodeIn(of(value), 'value'))).toEqual(['DE', 'DE', 'GB']);
  });

  it.each(['', 'D', 'DEU', 'D1', 'N/A', 'ДЕ', 'ß', 'ﬁ', 'ŉ', 49, null])('reads no country out of %j', (value) => {
    expect(countryCodeIn(of(value), 'value')).toBeUndefined();
  });
});

describe('dayIn', () => {
  it.each(['2026-02-28', '2026-02-28T23:59:59+00:00', '2026-02-28 10:00:00', ' 2026-02-28T '])(
    'reads "%s"',
    (value) => {
      expect(dayIn(of(value), 'value')).toBe('2026-02-28');
    },
  );

  it('knows a leap day', () => {
    expect([dayIn(of('2024-02-29'), 'value'), dayIn(of('2026-02-29'), 'value')]).toEqual(['2024-02-29', undefined]);
  });

  it.each([
    '',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2026-1-2',
    '28.02.2026',
    '2026-02-281',
    'never',
    1772236800,
    null,
  ])('reads no day out of %j', (value) => {
    expect(dayIn(of(value), 'value')).toBeUndefined();
  });
});
