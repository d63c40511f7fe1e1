import fc from 'fast-check';
import { InvalidLoginError } from '../../../common/errors/ip-risk.error.js';
import { assertUserId, isUserId } from './user-id.js';

const PLACEHOLDERS = [
  'anonymous',
  'anon',
  'guest',
  'null',
  'undefined',
  'none',
  'nil',
  'unknown',
  'n/a',
  'na',
  'nan',
  '-',
  '0',
  '-1',
  'not available',
  '[object object]',
];

describe('isUserId', () => {
  it.each(PLACEHOLDERS)('refuses the placeholder %s in any case and between spaces', (placeholder) => {
    expect(isUserId(placeholder)).toBe(false);
    expect(isUserId(placeholder.toUpperCase())).toBe(false);
    expect(isUserId(` ${placeholder}  `)).toBe(false);
  });

  it.each([String(null), String(undefined), '[object Object]', String(NaN), '', '   ', '\u00a0'])(
    'refuses what a program writes without meaning a user: "%s"',
    (text) => {
      expect(isUserId(text)).toBe(false);
    },
  );

  it.each(['a\0b', '\0', 'tab\there', 'line\nbreak', 'delete\u007f', 'next\u0085line', 'half \ud83d', '\udc00'])(
    'refuses what a database cannot keep: %j',
    (text) => {
      expect(isUserId(text)).toBe(false);
    },
  );

  it.each([
    'test',
    '1',
    '00',
    '-2',
    '7f9c24e5-1b5d-4c0e-8a4e-6f1d2b3c4d5e',
    'user/with/slashes?and#more',
    '../../etc',
    "Robert'); drop table users;--",
    '🦊',
    'josé',
    '李雷',
    'a b',
    'Anonymous Andy',
    'nullable',
    '%00',
  ])('takes %s', (text) => {
    expect(isUserId(text)).toBe(true);
  });

  it('takes 256 characters, as databases count them, and refuses 257', () => {
    for (const character of ['a', 'é', '🦊']) {
      expect(isUserId(character.repeat(256))).toBe(true);
      expect(isUserId(character.repeat(257))).toBe(false);
    }
  });

  it.each([undefined, null, 0, 7, NaN, {}, [], ['alice'], Symbol('alice')])('refuses what is not text', (value) => {
    expect(isUserId(value)).toBe(false);
  });

  it('takes any other text: nothing printable around a real name makes it a placeholder', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 100, unit: 'grapheme' }), (text) => {
        expect(isUserId(`user-${text}`)).toBe(!/[\p{Cc}\p{Cs}]/u.test(text));
      }),
    );
  });
});

describe('assertUserId', () => {
  it('lets a user id pass', () => {
    expect(() => {
      assertUserId('alice');
    }).not.toThrow();
  });

  it('throws an error that does not repeat what it refuses', () => {
    const refused = 'secret-name\0';
    const refuse = (): void => {
      assertUserId(refused);
    };
    expect(refuse).toThrow(InvalidLoginError);
    expect(refuse).toThrow(expect.objectContaining({ code: 'LOGIN_INVALID' }));
    expect(refuse).not.toThrow(/secret-name/);
  });
});
