import { inspect } from 'node:util';
import fc from 'fast-check';
import { EntrySeal, MOST_ENTRY_LENGTH } from './entry-seal.js';

const SECRET = 'canary-secret';
const seal = new EntrySeal(SECRET);

describe('EntrySeal', () => {
  it('opens what it closed under that name, as JSON has it', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue({ maxDepth: 10 }), (name, data) => {
        expect(seal.open(name, seal.close(name, data))).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });

  it('does not open what was changed in any place', () => {
    const changed = fc
      .tuple(fc.jsonValue(), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }))
      .map(([data, place, sign]) => {
        const text = seal.close('name', data);
        const at = place % text.length;
        return { text, changed: text.slice(0, at) + sign + text.slice(at + 1) };
      })
      .filter((texts) => texts.text !== texts.changed);
    fc.assert(
      fc.property(changed, (texts) => {
        expect(seal.open('name', texts.changed)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('does not open what was cut, or has something added', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.string({ minLength: 1 }), (data, place, more) => {
        const text = seal.close('name', data);
        const cut = text.slice(0, place % text.length);
        expect([cut, text + more, more + text].map((damaged) => seal.open('name', damaged))).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      }),
    );
  });

  it('does not open under another name, with another secret, or without one', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.jsonValue(), (name, otherName, secret, data) => {
        fc.pre(name !== otherName && secret !== SECRET);
        const text = seal.close(name, data);
        expect(seal.open(otherName, text)).toBeUndefined();
        expect(new EntrySeal(secret).open(name, text)).toBeUndefined();
        expect(new EntrySeal().open(name, text)).toBeUndefined();
      }),
    );
  });

  it('opens no text of any kind that it did not close, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(seal.open('name', text)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['is longer than any of ours', 'x'.repeat(MOST_ENTRY_LENGTH)],
    ['is nested deeper than anybody reads', JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown],
  ])('does not open what %s, whoever closed it', (_, data) => {
    expect(seal.open('name', seal.close('name', data))).toBeUndefined();
  });

  it('names a key the same in every process with the secret, and shows nothing of it', () => {
    const name = seal.nameOf('198.51.100.77/32');
    expect(name).toMatch(/^[\w-]{22}$/);
    expect(new EntrySeal(SECRET).nameOf('198.51.100.77/32')).toBe(name);
    expect(new Set([name, new EntrySeal().nameOf('198.51.100.77/32'), seal.nameOf('198.51.100.78/32')]).size).toBe(3);
  });

  it('shows its secret in nothing that is printed', () => {
    expect(inspect(seal, { depth: 9, showHidden: true }) + JSON.stringify(seal) + seal.close('n', {})).not.toContain(
      'canary',
    );
  });

  it('hides a text from all who have not its secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, at) => {
        const [seal, other] = [new EntrySeal('secret'), new EntrySeal('other')];
        const hidden = seal.hide(text);
        expect([seal.reveal(hidden), other.reveal(hidden)]).toEqual([text, undefined]);
        expect(seal.hide(text)).not.toBe(hidden);
        const bytes = Buffer.from(hidden, 'base64url');
        const place = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
        expect(seal.reveal(bytes.toString('base64url'))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
    expect(new EntrySeal('secret').hide('203.0.113.77')).not.toContain('203');
  });
});
